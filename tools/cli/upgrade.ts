/** `palimpsest upgrade`: rewrites a package's graphs as this version plans them. Weights stay as they are. */
import { Command } from "commander";
import { upgradePackage } from "../convert/upgrade.ts";

export function upgradeCommand(): Command {
  return new Command("upgrade")
    .description("rewrite a package's graphs for this version, over the weights that it has; stop its workers first")
    .argument("<package>", "folder of the model package")
    .action(upgrade);
}

async function upgrade(folder: string): Promise<void> {
  const { manifest, written } = await upgradePackage(folder);
  if (written.length === 0) console.log(`${folder}: ${manifest.name} is up to date`);
  else console.log(`${folder}: ${manifest.name}, rewrote ${written.join(", ")}`);
}
