/* Balie: how to reach a branch. No cookie, nothing stored; it sends nothing by itself. */
(() => {
  "use strict";
  const SAID = {
    nl: {
      tag: "nl",
      title: "Stuur ons een bericht",
      open: "Nu open, tot {time}",
      shut: "Nu gesloten",
      opens: "Nu gesloten, {day} om {time} weer open",
      today: "vandaag",
      tomorrow: "morgen",
      over: "Bericht via {way}",
      reply: "De helft krijgt tijdens openingstijden binnen {span} antwoord (stand van {date}).",
      minutes: "{n} minuten",
      hour: "een uur",
      hours: "{n} uur",
      times: "Openingstijden",
      closed: "gesloten",
      own: "Je eigen nummer (hoeft niet)",
      why: "Het komt alleen in het bericht dat je zelf verstuurt.",
      mine: "Mijn nummer: {n}",
    },
    en: {
      tag: "en-GB",
      title: "Send us a message",
      open: "Open now, until {time}",
      shut: "Closed now",
      opens: "Closed now, opens {day} at {time}",
      today: "today",
      tomorrow: "tomorrow",
      over: "Message over {way}",
      reply: "In opening hours half have an answer within {span} (as of {date}).",
      minutes: "{n} minutes",
      hour: "an hour",
      hours: "{n} hours",
      times: "Opening hours",
      closed: "closed",
      own: "Your own number (if you like)",
      why: "It stands only in the message that you send yourself.",
      mine: "My number: {n}",
    },
  };
  const LOOK = `
    :host { display: block; max-width: 24rem; font: inherit; }
    section { padding: 1rem; border: 1px solid #808783; border-radius: .75rem; line-height: 1.45;
      text-align: start; color: light-dark(#1d2321, #e9ebe8); background: light-dark(#fff, #18211f); }
    p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
    .name { font-weight: 600; font-size: 1.1em; }
    .number { font-size: 1.25em; font-weight: 600; }
    .soft { font-size: .875em; color: light-dark(#4f5753, #b5bcb8); }
    .ways { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; }
    .ways a { flex: 1 1 9rem; padding: .7rem .9rem; border: 1px solid transparent;
      border-radius: .5rem; text-align: center; text-decoration: none; font-weight: 600;
      color: #fff; background: #0b6b64; }
    a { color: light-dark(#0b6b64, #6fd3c8); }
    label { display: block; }
    input { box-sizing: border-box; width: 100%; min-height: 2.75rem; margin: .25rem 0;
      padding: .5rem; font: inherit; color: inherit; background: transparent;
      border: 1px solid; border-radius: .375rem; }
    summary { padding: .5rem 0; }
    dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; margin: 0 0 .5rem; }
    dd { margin: 0; }
    :focus-visible { outline: 3px solid; outline-offset: 2px; }`;
  const DAY_MS = 864e5;
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
  const clock = (minute) =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const made = (tag, text, values = {}) =>
    Object.assign(document.createElement(tag), text == null ? {} : { textContent: text }, values);

  /** The day and the minute of it in the branch's zone, whatever zone the reader is in. */
  function now(zone) {
    const how = { timeZone: zone, hourCycle: "h23", dateStyle: "short", timeStyle: "short" };
    const said = new Intl.DateTimeFormat("en-GB", how).format(new Date());
    const [day, month, year, hour, minute] = said.split(/\D+/);
    return { day: `${year}-${month}-${day}`, minute: hour * 60 + +minute };
  }
  const later = (day, count) => new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
  const spansOf = (facts, day) =>
    facts.days[day] || facts.week[(new Date(day).getUTCDay() + 6) % 7];

  class BalieContact extends HTMLElement {
    connectedCallback() {
      const asked = this.lang || this.closest("[lang]")?.lang || navigator.language;
      this.facts = JSON.parse(this.getAttribute("facts"));
      this.language = Object.keys(SAID).find((each) => asked.startsWith(each)) || this.facts.language;
      this.said = SAID[this.language];
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(LOOK);
      this.root = this.shadowRoot || this.attachShadow({ mode: "open" });
      this.root.adoptedStyleSheets = [sheet];
      this.draw();
      this.timer = setInterval(() => this.tell(), 30000);
      const address = this.getAttribute("refresh");
      if (address) this.refresh(address);
    }

    disconnectedCallback() {
      clearInterval(this.timer);
    }

    async refresh(address) {
      try {
        const how = { credentials: "omit", referrerPolicy: "no-referrer" };
        const facts = await (await fetch(address, how)).json();
        if (facts.number !== this.facts.number) return;
        this.facts = facts;
        this.draw();
      } catch {
        /** What was copied still stands. */
      }
    }

    draw() {
      const { facts, said } = this;
      const typed = this.own?.value || "";
      const box = made("section", null, { lang: this.language, dir: "ltr" });
      box.setAttribute("aria-label", `${facts.branch}: ${said.title}`);
      box.append(made("p", facts.branch, { className: "name", dir: "auto" }));
      box.append(made("p", facts.number_shown, { className: "number" }));
      this.status = box.appendChild(made("p"));
      this.ways = facts.ways.filter((each) => /^(https|sms):/.test(each.link)).map((each) => {
        const link = made("a", fill(said.over, { way: each.label }), { rel: "noopener noreferrer" });
        if (each.link.startsWith("https")) link.target = "_blank";
        return { link, begins: each.link };
      });
      const ways = made("div", null, { className: "ways" });
      ways.append(...this.ways.map((each) => each.link));
      box.append(ways, ...this.reply(), ...this.field(typed), this.times());
      if (facts.privacy) box.append(this.privacy(facts.privacy));
      this.root.replaceChildren(box);
      this.tell();
      this.point();
    }

    tell() {
      this.status.textContent = this.standing();
    }

    /** Nothing beyond the days that are known. */
    standing() {
      const { facts, said } = this;
      const { day, minute } = now(facts.zone);
      if (day > facts.until) return "";
      const open = spansOf(facts, day).find(([from, until]) => from <= minute && minute < until);
      if (open) return fill(said.open, { time: clock(open[1]) });
      for (let ahead = 0; ahead < 15; ahead += 1) {
        const on = later(day, ahead);
        const next = spansOf(facts, on).find(([from]) => ahead || from > minute);
        const named = ahead > 1 ? this.named(on) : said[ahead ? "tomorrow" : "today"];
        if (next) return fill(said.opens, { day: named, time: clock(next[0]) });
      }
      return said.shut;
    }

    /** As of the day when it was counted; after a quarter it says nothing any more. */
    reply() {
      const { facts, said } = this;
      const old = Date.parse(now(facts.zone).day) - Date.parse(facts.as_of) > 92 * DAY_MS;
      if (!facts.reply_min || old) return [];
      const hours = facts.reply_min / 60;
      const span = hours < 1 ? said.minutes : hours > 1 ? said.hours : said.hour;
      const n = hours < 1 ? facts.reply_min : hours;
      const date = this.date(facts.as_of, { dateStyle: "long" });
      return [made("p", fill(said.reply, { span: fill(span, { n }), date }), { className: "soft" })];
    }

    field(typed) {
      const label = made("label", this.said.own);
      this.own = made("input", null, { type: "tel", autocomplete: "tel", maxLength: 30, value: typed });
      this.own.addEventListener("input", () => this.point());
      label.append(this.own);
      const why = made("p", this.said.why, { className: "soft", id: "why" });
      this.own.setAttribute("aria-describedby", "why");
      return [label, why];
    }

    point() {
      const own = this.own.value.replace(/[^\d+() -]/g, "").trim();
      const words = this.facts.words[this.language] || "";
      const text = own ? `${fill(this.said.mine, { n: own })}\n${words}` : words;
      for (const { link, begins } of this.ways) link.href = begins + encodeURIComponent(text);
    }

    times() {
      const { facts, said } = this;
      const { day } = now(facts.zone);
      const list = made("dl");
      for (let ahead = 0; ahead < 7; ahead += 1) {
        const on = later(day, ahead);
        const spans = spansOf(facts, on).map(([from, until]) => `${clock(from)}–${clock(until)}`);
        list.append(made("dt", this.named(on)), made("dd", spans.join(", ") || said.closed));
      }
      const folded = made("details");
      folded.append(made("summary", said.times), list);
      return folded;
    }

    privacy(sentence) {
      const said = made("p", null, { className: "soft", dir: "auto" });
      for (const part of sentence.split(/(https?:\/\/[^\s<>"]*[\w/])/)) {
        said.append(/^https?:/.test(part) ? made("a", part, { href: part }) : part);
      }
      return said;
    }

    named(day) {
      return this.date(day, { weekday: "long" });
    }

    date(day, how) {
      return new Intl.DateTimeFormat(this.said.tag, { timeZone: "UTC", ...how }).format(new Date(day));
    }
  }

  if (!customElements.get("balie-contact")) customElements.define("balie-contact", BalieContact);
})();
