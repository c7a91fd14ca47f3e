/** A recorded run that plays on a page: the answer with its marks, the clock, and the history of a token. */
import { defineComponent, h, onBeforeUnmount, onMounted, ref } from "vue";
import { LaneView } from "../../../edge/playground/lane-view.ts";
import { Player } from "../../../edge/playground/player.ts";
import { durationOf } from "../../../edge/playground/run.ts";
import { parseRun } from "../../../edge/playground/share.ts";
import recording from "../../recordings/1-vowels.json?raw";

const LEGEND = [
  ["cell masked", "░░", "masked"],
  ["cell unmask", "text", "just unmasked"],
  ["cell substitute", "text", "substituted"],
  ["committed", "text", "committed"],
] as const;

export const RecordedRun = defineComponent({
  setup() {
    const run = parseRun(recording);
    const stage = ref<HTMLElement>();
    const history = ref<HTMLElement>();
    let player: Player | undefined;
    onMounted(() => {
      const [lane] = run.lanes;
      if (!lane || !stage.value || !history.value) return;
      const view = new LaneView(lane, history.value);
      player = new Player((ms) => view.show(ms));
      stage.value.append(view.element, player.element);
      player.finish(durationOf({ ...run, lanes: [lane] }));
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) player.play();
    });
    onBeforeUnmount(() => player?.finish(0));
    return () =>
      h("figure", { class: "recorded-run" }, [
        h("figcaption", { class: "asked" }, String(run.request.messages.at(-1)?.content)),
        h("div", { ref: stage }),
        h("aside", { ref: history, class: "history", "aria-label": "History of the token" }),
        h(
          "ul",
          { class: "legend", "aria-label": "Legend" },
          LEGEND.map(([style, sample, name]) => h("li", [h("span", { class: style }, sample), ` ${name}`])),
        ),
      ]);
  },
});
