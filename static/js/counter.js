// The counter's keys. Comfort only: every page works without this file, by Tab, Space and Enter. No business rule.
(() => {
  "use strict";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const live = document.getElementById("live");
  const shows = (element) => element.checkVisibility?.() ?? element.getClientRects().length > 0;
  const typing = (element) => element.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");

  // The control the next key belongs to, as the server says: a name, or "#id".
  const focusNext = (from) => {
    const form = from.matches?.("[data-focus]") ? from : from.querySelector("[data-focus]");
    const name = form?.dataset.focus;
    if (!name) return;
    const found = name.startsWith("#") ? all(name) : all(`[name="${CSS.escape(name)}"]:not([type=hidden])`, form);
    const target = found.find((element) => element.checked) || found.find(shows);
    target?.focus();
    if (target?.select && target.value && target.type !== "radio") target.select();
  };

  const stops = (form) => all("input:not([type=hidden]), select, textarea, button, summary", form)
    .filter((element) => shows(element) && !element.disabled && element.tabIndex >= 0);

  // Enter goes to the next control, past buttons; a radio group is one stop.
  const advance = (from) => {
    const form = from.closest("[data-desk]");
    const list = stops(form).filter((element) => element === from || !element.matches("button, summary, [type=file]"));
    const rest = list.slice(list.indexOf(from) + 1).filter((element) => element.type !== "radio" || element.name !== from.name);
    const next = rest[0];
    (next?.type === "radio" ? rest.find((element) => element.name === next.name && element.checked) || next
      : next || form.querySelector("[name=file]"))?.focus();
  };

  // A choice may open questions right behind it: Enter on it waits for what the server says, then goes on.
  // What changed while an answer was on its way is asked about once more, as that answer replaced the one who asks.
  let changes = 0;
  let sent = 0;
  let later = "";
  const goOn = (element) => {
    const waits = sent < changes || document.querySelector("#fee.htmx-request");
    if (waits && (element.matches("select") || ["radio", "checkbox"].includes(element.type))) later = element.id;
    else advance(element);
  };
  const busy = (state) => document.getElementById("intake-form")?.setAttribute("aria-busy", String(state));
  const arrived = (failed) => {
    if (failed) sent = changes;
    busy(sent < changes);
    if (sent < changes) return window.htmx.trigger("#fee", "look");
    const from = later && document.getElementById(later);
    later = "";
    if (from) advance(from);
  };
  document.addEventListener("change", (event) => {
    if (!window.htmx || !event.target.closest("#intake-form")) return;
    changes += 1;
    busy(true);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "fee") sent = changes;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (["fee", "intake"].includes(event.target.id)) arrived(false);
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => arrived(true));
  }

  // A paper of the checklist: space, c, t, x say how it came; digits how many.
  const say = (row, radio) => {
    if (live) live.textContent = `${row.querySelector("legend").textContent.trim()}: ${radio.labels[0].textContent.trim()}`;
  };
  const paperKey = (event, row) => {
    const key = event.key.toLowerCase();
    const radio = all("[data-paper-key]", row).find((element) => element.dataset.paperKey === key);
    if (radio) {
      radio.checked = true;
      say(row, radio);
      if (key === "x") document.querySelector("[data-lacks]")?.setAttribute("open", "");
      const rows = all("[data-paper]");
      const next = rows[rows.indexOf(row) + 1];
      (next ? next.querySelector(":checked") || next.querySelector("[data-paper-key]")
        : document.querySelector("[name=file]"))?.focus();
      return true;
    }
    const count = row.querySelector("input[type=number]");
    if (/^[1-9]$/.test(key) && count) {
      count.focus();
      count.value = key;
      return true;
    }
    return false;
  };

  // Enter in the search takes the first procedure, once the list is that of what was typed.
  let waiting = false;
  const first = (field) => {
    const found = document.getElementById("found");
    if (found?.dataset.q !== field.value) return false;
    found.querySelector(".pick")?.click();
    return true;
  };
  const move = (event) => {
    const picks = all(".pick");
    const here = picks.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || (here < 0 && !document.activeElement.matches("[data-pick]"))) return false;
    (picks[here + step] || document.querySelector("[data-pick]"))?.focus();
    return true;
  };

  let swallow = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const element = event.target;
    const key = `${event.shiftKey ? "Shift+" : ""}${event.key}`;
    const shortcut = key === "F8" ? document.querySelector("[data-paper] :checked, [data-paper-key]")
      : all("[data-desk-key]").find((each) => each.dataset.deskKey === key);
    let done = false;
    if (shortcut) {
      if (shortcut.matches("button, a")) shortcut.click();
      else shortcut.focus();
      done = true;
    } else if (move(event)) {
      done = true;
    } else if (event.key === "Enter" && element.matches("[data-pick]")) {
      waiting = !first(element);
      done = true;
    } else if (element.closest("[data-paper]") && !typing(element)) {
      done = paperKey(event, element.closest("[data-paper]"));
    }
    if (!done && event.key === "Enter" && element.closest("[data-desk]")) {
      const card = element.name === "card" && element.value.trim();
      if (card && element.matches("[data-scan]")) {
        element.closest("form").querySelector("[name=fill]").click();
        done = true;
      } else if (!card && element.matches("input:not([type=file]), select")) {
        goOn(element);
        done = true;
      }
    }
    swallow = done && event.key === " ";
    if (done) event.preventDefault();
  });
  // A button that got the focus on the way down must not be pressed on the way up.
  document.addEventListener("keyup", (event) => {
    if (swallow && event.key === " ") event.preventDefault();
    swallow = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const place = event.detail.target?.id;
    if (place === "intake") {
      busy(true); // until it has settled, see above
      focusNext(document);
    }
    if (place === "found" && waiting) waiting = !first(document.querySelector("[data-pick]"));
  });
  focusNext(document);
})();
