"use strict";

// The page is whole without this: it narrows what is shown, and tells how long ago things were.
(() => {
  const root = document.documentElement;
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const search = document.getElementById("search");
  const chosen = Object.fromEntries(
    ["level", "app", "environment", "rule"].map((name) => [name, document.getElementById(`filter-${name}`)]),
  );
  const findings = [...document.querySelectorAll("#findings .finding")];
  const doubts = [...document.querySelectorAll("#undecided .finding")];
  const rows = [...document.querySelectorAll(".board tbody tr")];
  const tracks = [...document.querySelectorAll(".track")];
  const texts = new Map();

  const text = (node) => {
    if (!texts.has(node)) texts.set(node, node.textContent.toLowerCase());
    return texts.get(node);
  };

  const words = (value) => value.toLowerCase().split(/\s+/).filter(Boolean);

  const holds = (node, wanted) => wanted.every((word) => text(node).includes(word));

  const show = (nodes, test) => {
    let shown = 0;
    for (const node of nodes) {
      const visible = test(node);
      node.hidden = !visible;
      if (visible) shown += 1;
    }
    return shown;
  };

  // An app is of interest when it was chosen, and when what was chosen besides is true of one of its environments.
  const isOfInterest = (row, want, found) => {
    const app = row.dataset.app;
    if (want.app !== "" && app !== want.app) return false;
    if (!holds(row, want.words) && !found.has(app)) return false;
    if (want.rule !== "" && !found.has(app)) return false;
    if (want.level === "") return true;
    return [...row.querySelectorAll("td[data-level]")].some((cell) => {
      if (want.environment !== "" && cell.dataset.environment !== want.environment) return false;
      if (want.level === "undecided") return cell.dataset.undecided !== undefined;
      return cell.dataset.level === want.level || found.has(app);
    });
  };

  const apply = () => {
    const want = { words: words(search.value) };
    for (const [name, select] of Object.entries(chosen)) want[name] = select.value;
    const found = new Set();
    const shownFindings = show(findings, (node) => {
      const data = node.dataset;
      const fits =
        (want.level === "" || data.level === want.level) &&
        (want.app === "" || data.app === want.app) &&
        (want.environment === "" || data.environment === undefined || data.environment === want.environment) &&
        (want.rule === "" || data.rule === want.rule) &&
        holds(node, want.words);
      if (fits && data.app !== undefined) found.add(data.app);
      return fits;
    });
    const shownDoubts = show(doubts, (node) => {
      const apps = node.dataset.apps.split(" ");
      const fits =
        (want.level === "" || want.level === "undecided") &&
        (want.app === "" || apps.includes(want.app)) &&
        (want.rule === "" || node.dataset.rule.split(" ").includes(want.rule)) &&
        holds(node, want.words);
      if (fits && want.rule !== "") apps.forEach((app) => found.add(app));
      return fits;
    });
    const shown = new Set();
    const shownRows = show(rows, (row) => {
      const fits = isOfInterest(row, want, found);
      if (fits) shown.add(row.dataset.app);
      return fits;
    });
    show(tracks, (track) => shown.has(track.dataset.app));
    count.textContent =
      `${shownFindings} of ${findings.length} findings, ${shownDoubts} of ${doubts.length} undecided, ` +
      `${shownRows} of ${rows.length} rows of the board`;
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(apply);
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());

  // A browser may keep what was chosen before the page was loaded again.
  form.hidden = false;
  apply();

  const button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const name = () => {
    button.textContent = isDark() ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  system.addEventListener("change", name);
  button.hidden = false;
  name();

  const units = [
    ["year", 31_557_600],
    ["month", 2_629_800],
    ["week", 604_800],
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  const now = Date.now();
  for (const time of document.querySelectorAll("time[datetime]")) {
    const seconds = (Date.parse(time.dateTime) - now) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
    time.title = `${time.dateTime.replace("T", " ").replace("Z", "")} UTC`;
    time.after(` (${relative.format(Math.trunc(seconds / length), unit)})`);
  }

  // The newest landing is on the right.
  for (const track of tracks) {
    track.addEventListener("toggle", () => {
      const picture = track.querySelector(".drawing");
      if (track.open && picture) picture.scrollLeft = picture.scrollWidth;
    });
  }

  const open = () => {
    const target = location.hash.startsWith("#track-") && document.getElementById(location.hash.slice(1));
    const track = target && target.closest("details");
    if (track) {
      track.open = true;
      track.querySelector("summary").focus();
    }
  };
  window.addEventListener("hashchange", open);
  open();

  window.addEventListener("beforeprint", () => tracks.forEach((track) => (track.open = true)));
})();
