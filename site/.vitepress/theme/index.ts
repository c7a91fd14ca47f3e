/** VitePress's theme with our type and colours, and the components of the home page and the playground. */
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { RecordedPlayground } from "./recorded-playground.ts";
import { RecordedRun } from "./recorded-run.ts";
import "../../../edge/playground/run.css";
import "./site.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("RecordedRun", RecordedRun).component("RecordedPlayground", RecordedPlayground);
  },
} satisfies Theme;
