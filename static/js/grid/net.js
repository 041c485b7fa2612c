// Sends what is queued and asks for what others changed. A lost line, a sleeping server, an ended session: each is
// told, nothing is dropped, and sending goes on by itself.

const PATIENCE = 30_000; // milliseconds for an answer
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const SLOW = 300; // a save below this shows nothing
const POLL = 8_000;
const LONGEST_POLL = 60_000;
export const STUCK = ["no_connection", "no_answer", "signed_out"];

/** Events: `state` (see `state`), `answered` (a poll was), `saved` and `refused` (detail.ids), `gone` (detail.edit), `others` (detail.cells). */
export class Line extends EventTarget {
  constructor(cells, queue, data, token) {
    super();
    Object.assign(this, { cells, queue, data, token });
    this.state = "idle"; // sending, no_connection, no_answer, signed_out, lost
    this.signIn = data.sign_in;
    this.sentence = "";
    this.cursor = data.cursor;
    this.sending = new Map();
    this.pause = FIRST_PAUSE;
    this.pollPause = POLL;
  }

  start() {
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.poll());
    this.#pollLater();
  }

  /** Send everything that waits, unless a request is under way: then it goes with the next. */
  async send() {
    if (this.sending.size || this.retry) return;
    const edits = this.queue.sendable;
    if (!edits.length) {
      if (this.state !== "lost") this.#become("idle");
      return;
    }
    this.sending = new Map(edits.map((edit) => [edit.id, { ...edit.values }]));
    this.#become(this.state === "idle" ? "sending" : this.state);
    const slow = setTimeout(() => this.#tellSlow(), SLOW);
    const answer = await this.#ask(this.data.save, this.#body(edits));
    clearTimeout(slow);
    const ids = [...this.sending.keys()];
    if (answer.ok) this.#take(answer.told);
    this.sending = new Map();
    this.cells.slow.clear();
    this.queue.keep();
    this.cells.changed(ids);
    this.#goOn(answer);
  }

  retryNow() {
    clearTimeout(this.retry);
    this.retry = null;
    return this.send();
  }

  /** Ask what others changed, now. */
  async poll({ token = false } = {}) {
    clearTimeout(this.polling);
    const query = new URLSearchParams({ since: this.cursor, ...(token && { token: 1 }) });
    const answer = await this.#ask(`${this.data.changes}?${query}`);
    this.#pollLater(answer.ok);
    if (!answer.ok) {
      if (answer.state !== "no_connection" && answer.state !== "no_answer") this.#goOn(answer);
      return false;
    }
    this.cursor = answer.told.cursor;
    this.token = answer.told.token ?? this.token;
    if (this.state === "signed_out" && !token) return this.#comeBack();
    this.#heard(answer.told);
    this.#tell("answered", {});
    if (this.state === "no_connection" || this.state === "no_answer") this.retryNow();
    return true;
  }

  async #comeBack() {
    if (await this.poll({ token: true })) this.#become("idle");
    return this.retryNow();
  }

  #body(edits) {
    const acts = new Set(edits.map((edit) => edit.act));
    return JSON.stringify({
      act: acts.size === 1 ? edits[0].act : crypto.randomUUID(),
      by: this.data.person,
      edits: edits.map(({ id, version, values }) => ({ id, version, ...values })),
    });
  }

  /** Ask the server; return {ok, told} or {state, sentence}. */
  async #ask(address, body, again = false) {
    const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json", "X-CSRFToken": this.token }) };
    let response;
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      response = await fetch(address, { method: body ? "POST" : "GET", body, headers, signal, redirect: "manual" });
    } catch (error) {
      return { state: error.name === "TimeoutError" ? "no_answer" : "no_connection" };
    }
    const told = await response.json().catch(() => null);
    if (response.ok && told) {
      const same = (told.person ?? this.data.person) === this.data.person;
      return same ? { ok: true, told } : { state: "signed_out" };
    }
    if (response.type === "opaqueredirect") return { state: "signed_out" };
    if (response.status === 401) return { state: "signed_out", sentence: told?.sentence, signIn: told?.sign_in };
    if (response.status === 403 && body && !again && (await this.poll({ token: true }))) return this.#ask(address, body, true);
    if (response.status === 404) return { state: "lost", sentence: told?.sentence };
    if (response.status === 400 && body && told) return { state: "refused", sentence: told.sentence };
    return { state: "no_answer" };
  }

  #take({ saved, refused }) {
    this.cells.savedLast = new Set(saved.map((cell) => cell.id));
    for (const cell of saved) {
      const edit = this.queue.get(cell.id);
      const sent = this.sending.get(cell.id);
      this.cells.receive(cell, sent);
      for (const name of Object.keys(sent)) if (edit.values[name] === sent[name]) delete edit.values[name];
      if (Object.keys(edit.values).length) edit.version = cell.version;
      else this.queue.delete(cell.id);
    }
    for (const { id, kind, sentence, theirs } of refused) {
      const edit = this.queue.get(id);
      if (theirs) this.cells.receive(theirs);
      if (kind === "stale") edit.conflict = theirs;
      else if (kind === "refused") edit.refused = sentence;
      else {
        this.queue.delete(id);
        this.#tell("gone", { edit });
      }
    }
    if (saved.length) this.#tell("saved", { ids: saved.map((cell) => cell.id) });
    if (refused.length) this.#tell("refused", { ids: refused.map((row) => row.id) });
  }

  #goOn(answer) {
    if (answer.ok) {
      this.pause = FIRST_PAUSE;
      this.#become("idle");
      this.send();
      return;
    }
    this.sentence = answer.sentence ?? "";
    this.signIn = answer.signIn ?? this.signIn;
    if (answer.state === "refused" || answer.state === "lost") this.#refuseAll(answer);
    this.#become(answer.state === "refused" ? "idle" : answer.state);
    if (answer.state === "no_connection" || answer.state === "no_answer") this.#retryLater();
    if (answer.state === "signed_out") this.retry ??= true; // waits for a poll that finds the session again
  }

  #refuseAll({ state, sentence }) {
    const edits = this.queue.sendable;
    for (const edit of edits) edit.refused = sentence;
    if (state === "lost") this.cells.whyNot = sentence;
    this.queue.keep();
    this.cells.changed(state === "lost" ? this.cells.saved.keys() : edits.map((edit) => edit.id));
    this.#tell("refused", { ids: edits.map((edit) => edit.id) });
  }

  #retryLater() {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.retryNow(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  #tellSlow() {
    this.cells.slow = new Set(this.sending.keys());
    this.cells.changed(this.cells.slow);
  }

  #heard({ cells, why_not: whyNot }) {
    const fresh = cells.filter((cell) => !this.sending.has(cell.id) && this.cells.receive(cell));
    const ids = new Set(fresh.map((cell) => cell.id));
    if (whyNot !== this.cells.whyNot) {
      this.cells.whyNot = whyNot;
      this.cells.saved.forEach((_cell, id) => ids.add(id));
      this.#tell("access", {});
    }
    const others = fresh.filter((cell) => cell.by !== this.data.person);
    for (const cell of others) this.cells.theirs.add(cell.id);
    if (ids.size) this.cells.changed(ids);
    if (others.length) this.#tell("others", { cells: others });
  }

  #pollLater(well = true) {
    this.pollPause = well ? POLL : Math.min(this.pollPause * 2, LONGEST_POLL);
    const pause = this.state === "signed_out" ? POLL : this.pollPause;
    clearTimeout(this.polling);
    this.polling = setTimeout(() => (document.hidden ? null : this.poll()), pause);
  }

  #become(state) {
    if (state === "idle" && this.retry === true) this.retry = null;
    this.state = state;
    const stuck = STUCK.includes(state);
    if (stuck !== this.cells.stuck) {
      this.cells.stuck = stuck;
      this.cells.changed(this.queue.keys());
    }
    this.#tell("state", {});
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
