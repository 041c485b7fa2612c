// Says things in the person's language: the sentences come with the page.

export class Words {
  constructor(words, language) {
    this.words = words;
    this.rules = new Intl.PluralRules(language);
  }

  /** Return a sentence, `%(name)s` filled in; where it has plural forms, `count` chooses one. */
  say(name, values = {}) {
    const found = this.words[name];
    const sentence = typeof found === "string" ? found : (found[this.rules.select(values.count)] ?? found.other);
    return sentence.replace(/%\((\w+)\)[sd]/g, (_all, key) => values[key]);
  }

  /** Return the first of some names, and how many more there are. */
  some(names, most = 3) {
    const rest = names.length > most ? [this.say("more", { count: names.length - most })] : [];
    return [...names.slice(0, most), ...rest].join("; ");
  }

  /** Return the word of a cell's value; "" is not assessed. */
  value(value, { short = false } = {}) {
    return this.words[short ? "short_values" : "values"][value || "not_assessed"];
  }

  /** Return a cell's accessible name, which says everything that its symbols show. */
  name(title, cell, state, hit = false) {
    const partial = cell.value === "partially_available";
    const parts = [
      cell.value ? this.value(cell.value) : this.say("not_assessed"),
      partial && (cell.partial_reason ? this.words.reasons[cell.partial_reason] : this.say("without_reason")),
      this.words.accesses[cell.access],
      cell.contradicted && this.say("contradict"),
      this.words.statuses[cell.status],
      this.say("claims", { count: cell.claims }),
      cell.comments && this.say("comments", { count: cell.comments }),
      state && this.say(state),
      hit && this.say("hit"),
    ];
    const told = [title, ...parts.filter(Boolean).map((part) => part.toLowerCase())];
    if (cell.return_reason) told.push(this.say("returned_because", { reason: cell.return_reason }));
    return told.join(", ");
  }
}
