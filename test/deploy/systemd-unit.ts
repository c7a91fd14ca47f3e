/** Reads the settings of a systemd unit. */

export interface Unit {
  /** All values of a setting. */
  all(section: string, name: string): readonly string[];
  /** The value of a setting that is there once. @throws Error otherwise */
  one(section: string, name: string): string;
  /** Variables of the program. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws Error that names the line */
export function parseUnit(text: string): Unit {
  const settings: { section: string; name: string; value: string }[] = [];
  let section = "";
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "" || /^[#;]/.test(line)) continue;
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const [, name, value] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`line ${i + 1}: expected Name=value, found ${line}`);
    if (section === "") throw new Error(`line ${i + 1}: ${name} is in no section`);
    settings.push({ section, name, value: value! });
  }
  const all = (of: string, name: string) =>
    settings.filter((it) => it.section === of && it.name === name).map(({ value }) => value);
  return {
    all,
    one(of, name) {
      const values = all(of, name);
      if (values.length !== 1) throw new Error(`${name} is set ${values.length} times`);
      return values[0]!;
    },
    environment: Object.fromEntries(
      all("Service", "Environment").map((line) => {
        const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
        if (name === undefined) throw new Error(`Environment=${line} has no variable`);
        return [name, value!];
      }),
    ),
  };
}
