/**
 * The index tensors of the attention graphs: they say which keys each block of a forward sees. Loops run over blocks and
 * heads, never over positions x width.
 */
import { Tensor } from "onnxruntime-node";
import type { BlockQuery } from "../decoding/forwards.ts";
import type { PageId } from "../memory/page-allocator.ts";

/** A block in a batched forward. It sees its cached predecessors, then those in the same forward, then itself. */
export interface BlockInput extends BlockQuery {
  /** Pages of its cached predecessors, from the first block. */
  readonly pages: readonly PageId[];
  /** Its predecessors that are not cached: their indices in the same forward. */
  readonly peers: readonly number[];
}

/** A block's place in its sequence: the number of blocks before it. */
export function placeOf({ pages, peers }: Pick<BlockInput, "pages" | "peers">): number {
  return pages.length + peers.length;
}

/**
 * The inputs `mask`, `page_rows`, `own_slots` and `own_rows`; model/attention.ts has their shapes.
 * @param barred the mask's value past a block
 */
export function attentionInputs(
  blocks: readonly Pick<BlockInput, "pages" | "peers">[],
  kvHeads: number,
  blockLength: number,
  barred = Number.NEGATIVE_INFINITY,
) {
  const own = Math.max(...blocks.map(({ peers }) => peers.length)) + 1;
  const reach = Math.max(...blocks.map(({ pages }) => pages.length)) + own;
  const mask = new Float32Array(blocks.length * reach * blockLength);
  const pageRows = new BigInt64Array(blocks.length * kvHeads * reach);
  const ownSlots: number[] = [];
  const ownRows: number[] = [];
  blocks.forEach((block, b) => {
    mask.fill(barred, (b * reach + placeOf(block) + 1) * blockLength, (b + 1) * reach * blockLength);
    for (let head = 0; head < kvHeads; head++) {
      block.pages.forEach((page, place) => {
        pageRows[(b * kvHeads + head) * reach + place] = BigInt(page * kvHeads + head);
      });
      for (let i = 0; i < own; i++) {
        ownSlots.push(b, head, block.pages.length + i);
        ownRows.push((block.peers[i] ?? b) * kvHeads + head);
      }
    }
  });
  const dims = [blocks.length, kvHeads, own];
  return {
    mask: new Tensor("float32", mask, [blocks.length, 1, 1, reach * blockLength]),
    page_rows: new Tensor("int64", pageRows, [blocks.length, kvHeads, reach]),
    own_slots: new Tensor("int64", BigInt64Array.from(ownSlots, BigInt), [...dims, 3]),
    own_rows: new Tensor("int64", BigInt64Array.from(ownRows, BigInt), dims),
  };
}
