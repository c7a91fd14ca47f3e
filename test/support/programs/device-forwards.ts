/**
 * Forwards over a package in a program of its own: FOLDER PROFILE_PREFIX [experts]. With the last, experts are on a device of their
 * own. Prints what `forwardsOf` gives as JSON.
 */

import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import { openDeviceShard } from "../../../gpu-worker/src/runtime/device-shard.ts";
import { openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { FORWARD_PAGES, forwardsOf } from "../models/forwards.ts";

const [folder, profilePrefix, experts] = process.argv.slice(2) as [string, string, string?];
const manifest = await readManifest(folder);
const options = { threads: 1, pages: FORWARD_PAGES, profilePrefix };
const openOwn = () => openDeviceShard(folder, 0, { kind: "webgpu" });
const model = await openModel(folder, manifest, { ...options, ...(experts === "experts" && { openOwn }) });
const found = await forwardsOf(model, manifest);
await model[Symbol.asyncDispose]();
console.log(JSON.stringify(found));
