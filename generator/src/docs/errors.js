
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const filter = get("page:filter");
  const query = get("page:query");
  const count = get("page:count");
  const nothing = get("page:nothing");

  // Folded lists are printed unfolded.
  addEventListener("beforeprint", () => all("details").forEach((list) => { list.open = true; }));

  if (!filter) return;

  const plain = (text) => text.replace(/\s+/g, " ").toLowerCase();
  const entries = all("article.code").map((article) => ({
    article,
    facts: article.dataset.facts.split(" "),
    operations: all(".method", article).map((method) =>
      plain(`${method.textContent} ${method.parentElement.querySelector("code").textContent}`)),
    text: plain([article.dataset.facts, ...all(":scope > h2, :scope > h3", article.closest("section")),
      ...all(".find", article)].map((part) => part.textContent || part).join(" ")),
  }));
  const operations = new Set(entries.flatMap((entry) => entry.operations));
  const references = all("[data-of]");
  const groups = all("section.codes, nav .group");

  // What is asked for: an operation as METHOD /path, what `retryable` says, and words.
  function asked() {
    const wanted = [];
    const take = (test) => { wanted.push(test); return " "; };
    const rest = query.value.toLowerCase()
      .replace(/(\S+)\s+(\/\S*)/g, (said, method, path) => {
        const operation = `${method} ${path}`;
        // Until the path is whole, all that begin so.
        const fits = operations.has(operation) ? (own) => own === operation : (own) => own.startsWith(operation);
        if (![...operations].some((own) => own.startsWith(`${method} `))) return said;
        return take((entry) => entry.operations.some(fits));
      })
      .replace(/(^|\s)(not\s+)?retryable(?=\s|$)/g, (_, __, not) =>
        take((entry) => entry.facts.includes(`retryable:${not ? "no" : "yes"}`)));
    for (const word of rest.split(/\s+/).filter(Boolean)) take(({ text }) => text.includes(word));
    return wanted;
  }

  function apply() {
    const words = asked();
    const shown = new Set();
    for (const entry of entries) {
      const { article } = entry;
      const matches = words.every((test) => test(entry));
      article.hidden = !matches;
      if (matches) shown.add(article.id);
    }
    for (const reference of references) reference.hidden = !shown.has(reference.dataset.of);
    for (const group of groups) group.hidden = !group.querySelector("article:not([hidden]), [data-of]:not([hidden])");
    for (const part of all(".overview, .common")) part.hidden = words.length > 0 && (part.matches(".common") || shown.size === 0);
    nothing.hidden = shown.size > 0;
    count.textContent = words.length > 0 ? `${shown.size} of ${entries.length} errors` : `${entries.length} errors`;
    return words;
  }

  // The address carries the filter, so that a filtered page can be shared. Some browsers refuse this for local files.
  function remember(words) {
    const address = new URL(location.href);
    if (words.length > 0) address.searchParams.set("q", query.value);
    else address.searchParams.delete("q");
    try { history.replaceState(null, "", address); } catch { /* The page works without. */ }
  }

  function clear() {
    query.value = "";
    remember(apply());
  }

  // A link to an error that the filter hides shows it again.
  function reveal() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* Not encoded, then. */ }
    const target = get(id) || get(location.hash.slice(1));
    if (target && target.closest("[hidden]")) {
      clear();
      target.scrollIntoView();
    }
    for (const link of all("nav a")) {
      if (target && link.hash === location.hash) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  query.addEventListener("input", () => remember(apply()));
  query.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && query.value) {
      event.preventDefault();
      clear();
    }
    if (event.key === "Enter") {
      const first = entries.find(({ article }) => !article.hidden);
      if (first) first.article.querySelector(".self").focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
      query.select();
    }
  });
  addEventListener("hashchange", reveal);

  if (navigator.clipboard) {
    for (const { article } of entries) {
      const code = article.querySelector(".title code").textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy link";
      button.setAttribute("aria-label", `Copy the link to ${code}`);
      button.addEventListener("click", async () => {
        const link = article.querySelector(".self").href;
        const address = new URL(link);
        address.searchParams.delete("q");
        try {
          await navigator.clipboard.writeText(address.href);
          button.textContent = "Copied";
          count.textContent = `Link to ${code} copied`;
        } catch {
          button.textContent = "Not copied";
        }
        setTimeout(() => { button.textContent = "Copy link"; }, 2000);
      });
      article.querySelector(".title").append(button);
    }
  }

  filter.hidden = false;
  query.value = new URLSearchParams(location.search).get("q") || "";
  apply();
  reveal();
})();
