/** Forwards over a package in a program of its own: FOLDER PROFILE_PREFIX. Prints what `forwardsOf` gives as JSON. */
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import { openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { FORWARD_PAGES, forwardsOf } from "../models/forwards.ts";

const [folder, profilePrefix] = process.argv.slice(2) as [string, string];
const manifest = await readManifest(folder);
const model = await openModel(folder, manifest, { threads: 1, pages: FORWARD_PAGES, profilePrefix });
const found = await forwardsOf(model, manifest);
await model[Symbol.asyncDispose]();
console.log(JSON.stringify(found));
