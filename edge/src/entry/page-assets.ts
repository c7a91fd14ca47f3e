/** The page of the serverless edge: its files are static assets of the platform, and its headers the app's. */
import type { Playground, PlaygroundFile } from "../dependencies.ts";

/** The platform's store of assets. */
export interface Assets {
  fetch(url: string): Promise<Response>;
}

/** The name of the asset that has the body of the file at a path of the page. */
export function assetName(path: string): string {
  return path === "/" ? "index.html" : path.slice(1);
}

/** @param files the page's files by their paths, without their bodies */
export function pageOf(files: readonly [string, Omit<PlaygroundFile, "body">][], assets: Assets): Playground {
  return new Map(
    files.map(([path, file]) => {
      // A binding ignores the host.
      const body = async () => (await assets.fetch(`https://assets/${assetName(path)}`)).text();
      return [path, { ...file, body }];
    }),
  );
}
