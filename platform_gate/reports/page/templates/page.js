"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const list = by("list");
  if (!list) return;

  const tools = by("tools");
  const [query, team, tier] = ["q", "team", "tier"].map(by);
  const chips = [...tools.querySelectorAll("[data-h]")];
  const columns = [...document.querySelectorAll("[data-c]")];
  const rows = [...list.querySelectorAll(":scope > details")];
  const atFirst = new Set(rows.filter((row) => row.open));
  const collate = new Intl.Collator("en", { numeric: true }).compare;
  const compare = (one, other) => (typeof one === "number" ? one - other : collate(one, other));
  let sorting = "";
  let chosen = false; // whether somebody, or the address, said which services are open
  let records;

  /* Most rows of a large fleet are inert text. It was escaped when it was written; a row begins where its tag does. */
  const rest = list.querySelector("noscript");
  const waiting = rest ? rest.textContent.split("<details ").slice(1) : [];
  const total = rows.length + waiting.length;
  const behind = new Map();
  rest?.remove();

  const parsed = (markup) => {
    const made = document.createElement("template");
    made.innerHTML = markup;
    return made.content;
  };

  /* The next rows, each without what is behind it. */
  const build = (count) => {
    const next = waiting.splice(0, count).map((text) => text.split("</summary>"));
    const made = parsed(next.map(([row]) => `<details ${row}</summary></details>`).join(""));
    [...made.children].forEach((row, place) => {
      behind.set(row, next[place][1]);
      rows.push(row);
    });
    list.append(made);
  };

  const buildOn = () => {
    build(250);
    if (waiting.length) setTimeout(buildOn);
  };

  /* A link of which only the text was written: an address, or a path in the tree that was judged, with a line. */
  const complete = (link) => {
    const text = link.textContent;
    const [, path, line] = text.match(/^(.*?)(?::(\d+))?$/s);
    const below = path.split("/").map(encodeURIComponent).join("/");
    link.href = /^https?:\/\//.test(text) ? text : `${list.dataset.tree}/${below}${line ? `#L${line}` : ""}`;
    link.rel = "noopener noreferrer nofollow";
  };

  const fill = (row) => {
    const markup = behind.get(row);
    behind.delete(row);
    if (markup) row.append(parsed(markup));
    for (const link of row.querySelectorAll("a:not([href])")) complete(link);
  };

  /* The rules that a service breaks, from what is behind its row. */
  const rules = (row) =>
    behind.get(row)?.match(/<code>[^<]*/g)?.join(" ") ??
    [...row.querySelectorAll("code")].map((code) => code.textContent).join(" ");

  /* The rows as data, read once from what is shown. */
  const data = () => {
    build(waiting.length);
    records ??= rows.map((row, place) => {
      const cells = [...row.firstElementChild.children];
      const values = cells.map((cell) => ("v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent));
      values[0] = cells[0].firstElementChild.textContent;
      const said = (name) => cells[columns.findIndex((column) => column.dataset.c === name)].textContent;
      const text = `${row.firstElementChild.textContent} ${rules(row)}`.toLowerCase();
      return { row, place, values, text, team: said("team"), tier: said("tier"), healths: [...row.classList].slice(1) };
    });
    return records;
  };

  const healths = () => chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.h);
  const opened = () => rows.filter((row) => row.open);

  /* The view as an address: what is not as usual. */
  const address = () => {
    const view = new URLSearchParams();
    const set = (name, value) => value && view.set(name, value);
    set("q", query.value.trim());
    set("team", team.value);
    set("tier", tier.value);
    set("health", healths().join(","));
    set("sort", sorting);
    if (chosen) {
      const names = opened().map((row) => decodeURIComponent(row.id.slice(5)));
      for (const name of names.length ? names : [""]) view.append("open", name);
    }
    return `#${view}`;
  };

  const remember = (next = address()) => {
    if (next === (location.hash || "#")) return;
    try {
      history.replaceState(null, "", next);
    } catch {
      /* A page inside another one may have no address of its own. */
    }
  };

  const arrange = () => {
    const down = sorting.startsWith("-");
    const name = down ? sorting.slice(1) : sorting;
    const at = columns.findIndex((column) => column.dataset.c === name);
    const sign = down ? -1 : 1;
    const order = ({ values: one }, { values: other }) => sign * compare(one[at] ?? "", other[at] ?? "");
    const sorted = [...data()].sort((one, other) => (at < 0 ? 0 : order(one, other)) || one.place - other.place);
    if (sorted.some(({ row }, place) => list.children[place] !== row)) list.append(...sorted.map(({ row }) => row));
    columns.forEach((column, place) => {
      column.ariaPressed = String(place === at);
      column.dataset.s = place === at ? (down ? "down" : "up") : "";
      column.title = place === at ? `sorted ${down ? "down" : "up"}` : "";
    });
  };

  const select = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = healths();
    const asked = words.length || wanted.length || team.value || tier.value;
    let count = asked || records ? 0 : total; // nobody has asked yet: the rows need not be read
    for (const each of asked || records ? data() : []) {
      const shown =
        (!team.value || each.team === team.value) &&
        (!tier.value || each.tier === tier.value) &&
        (!wanted.length || wanted.some((name) => each.healths.includes(name))) &&
        words.every((word) => each.text.includes(word));
      each.row.hidden = !shown;
      count += shown;
    }
    by("shown").textContent = `${count} of ${total}`;
    by("none").hidden = count > 0;
    by("all").hidden = count > 500;
  };

  const label = () => {
    by("all").textContent = opened().some((row) => !row.hidden) ? "Close all" : "Open all";
  };

  /* From the address to the view. */
  const restore = (hash = location.hash) => {
    const view = new URLSearchParams(hash.slice(1));
    query.value = view.get("q") ?? "";
    team.value = view.get("team") ?? "";
    tier.value = view.get("tier") ?? "";
    if (team.selectedIndex < 0) team.value = "";
    if (tier.selectedIndex < 0) tier.value = "";
    const wanted = (view.get("health") ?? "").split(",");
    for (const chip of chips) chip.ariaPressed = String(wanted.includes(chip.dataset.h));
    sorting = view.get("sort") ?? "";
    chosen = view.has("open");
    const names = new Set(view.getAll("open"));
    if (chosen) build(waiting.length);
    for (const row of rows) {
      const open = chosen ? names.has(decodeURIComponent(row.id.slice(5))) : atFirst.has(row);
      if (open) fill(row);
      if (row.open !== open) row.open = open;
    }
    show();
    if (chosen) opened()[0]?.scrollIntoView();
  };

  const show = () => {
    if (sorting || records) arrange();
    select();
    label();
  };

  const changed = () => {
    show();
    remember();
  };

  tools.addEventListener("input", changed);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", (event) => {
    event.preventDefault();
    remember("#");
    restore("");
  });
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = String(chip.ariaPressed !== "true");
      changed();
    });
  }
  for (const column of columns) {
    column.disabled = false;
    column.addEventListener("click", () => {
      const [first, second] = "d" in column.dataset ? ["-", ""] : ["", "-"];
      const name = column.dataset.c;
      sorting = sorting === first + name ? second + name : sorting === second + name ? "" : first + name;
      changed();
    });
  }
  by("all").addEventListener("click", () => {
    const open = !opened().some((row) => !row.hidden);
    chosen = true;
    for (const row of rows.filter((each) => !each.hidden)) {
      if (open) fill(row);
      row.open = open;
    }
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("summary")) chosen = true;
  });
  list.addEventListener(
    "toggle",
    (event) => {
      if (event.target.open) fill(event.target);
      label();
      if (chosen) remember();
    },
    true,
  );
  addEventListener("hashchange", () => restore());

  /* On paper what fails is open, and folds again afterwards. */
  const unfolded = [];
  addEventListener("beforeprint", () => {
    build(waiting.length);
    const failing = rows.filter((row) => !row.hidden && !row.open && !row.classList.contains("healthy"));
    for (const part of [...failing, ...document.querySelectorAll("details.more:not([open])")]) {
      fill(part);
      part.open = true;
      unfolded.push(part);
    }
  });
  addEventListener("afterprint", () => {
    for (const part of unfolded.splice(0)) part.open = false;
  });
  tools.hidden = false;
  restore();
  if (waiting.length) buildOn();
})();
