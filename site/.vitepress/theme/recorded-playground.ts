/** The playground on recorded runs, in a frame as high as its page and in the site's theme. */
import { useData, withBase } from "vitepress";
import { defineComponent, h, onBeforeUnmount, ref, watchEffect } from "vue";

export const RecordedPlayground = defineComponent({
  setup() {
    const { isDark } = useData();
    const page = ref<HTMLElement>();
    const height = ref(900);
    const sizes = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(measure);
    function measure() {
      if (page.value) height.value = page.value.getBoundingClientRect().height;
    }
    function onLoad({ target }: Event) {
      page.value = (target as HTMLIFrameElement).contentDocument?.documentElement;
      if (page.value) sizes?.observe(page.value);
    }
    watchEffect(() => {
      if (page.value) page.value.style.colorScheme = isDark.value ? "dark" : "light";
    });
    onBeforeUnmount(() => sizes?.disconnect());
    return () =>
      h("iframe", {
        class: "recorded-playground",
        title: "Playground with recorded answers",
        src: withBase("/recorded/index.html"),
        style: { height: `${height.value}px` },
        onLoad,
      });
  },
});
