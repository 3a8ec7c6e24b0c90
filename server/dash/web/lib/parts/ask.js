// SPDX-License-Identifier: Apache-2.0
// Buttons that do something, the question before it, and the word about it after. See lib/parts.js.
import { html, useEffect, useRef, useState } from '../view.js';
import { may, session } from '../api.js';
import { Icon } from './words.js';

const SHOWN_MS = 6000;
let asking = null, saying = null; // where the frame shows them

// ---- questions ----

export function ask(question) {
  return new Promise((answer) => {
    if (asking) asking({ ...question, answer });
    else answer(false);
  });
}

// In the frame, once.
export function Asking() {
  const [question, set] = useState(null);
  const dialog = useRef(null);
  useEffect(() => {
    asking = set;
    return () => (asking = null);
  }, []);
  useEffect(() => {
    if (question && !dialog.current.open) dialog.current.showModal();
  }, [question]);
  if (!question) return null;
  const end = (yes) => {
    dialog.current?.close();
    set(null);
    question.answer(yes);
  };
  return html`<dialog ref=${dialog} class="dialog" aria-labelledby="ask-title" onCancel=${(e) => {
    e.preventDefault();
    end(false);
  }}>
    <h2 id="ask-title">${question.title}</h2>
    ${question.text && html`<p>${question.text}</p>`}
    <div class="dialog-foot">
      <button type="button" class="button" onClick=${() => end(false)}>${question.no ?? 'Back'}</button>
      <button type="button" class="button strong tone-${question.tone ?? 'busy'}" onClick=${() => end(true)}>${question.yes}</button>
    </div>
  </dialog>`;
}

// ---- passing words ----

export function say(text, tone = 'good') {
  saying?.({ text, tone, key: Date.now() });
}

export function Saying() {
  const [word, set] = useState(null);
  useEffect(() => {
    saying = set;
    return () => (saying = null);
  }, []);
  useEffect(() => {
    if (!word) return undefined;
    const timer = setTimeout(() => set(null), word.tone === 'bad' ? SHOWN_MS * 2 : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [word]);
  return html`<div class="sayings" role="status" aria-live="polite">${word && html`
    <div class="saying tone-${word.tone}" key=${word.key}><${Icon} name=${word.tone === 'bad' ? 'warn' : 'ok'} />
      <bdi>${word.text}</bdi>
      <button type="button" class="button quiet" aria-label="Dismiss" onClick=${() => set(null)}><${Icon} name="cross" /></button>
    </div>`}</div>`;
}

// ---- buttons ----

// Who uses the page; null until that is known.
export function useSession() {
  const [who, set] = useState(null);
  useEffect(() => {
    let there = true;
    session().then((w) => there && set(w), () => {});
    return () => (there = false);
  }, []);
  return who;
}

export function Button({ icon, tone, onClick, disabled, children, label, pressed }) {
  return html`<button type="button" class="button ${tone ? `tone-${tone}` : ''}" onClick=${onClick} disabled=${disabled}
    aria-label=${label} aria-pressed=${pressed}>${icon && html`<${Icon} name=${icon} />`}${children}</button>`;
}

// does: () => a promise; what it throws is said. done: a text, or (answer) => text.
export function Do({ label, icon, scope, confirm, does, done, tone, disabled }) {
  const who = useSession();
  const [busy, set] = useState(false);
  if (who && scope && !may(who, scope)) return null;
  const run = async () => {
    if (confirm && !(await ask({ title: label, yes: label, tone, ...confirm }))) return;
    set(true);
    try {
      const answer = await does();
      say(typeof done === 'function' ? done(answer) : (done ?? `${label}: done`));
    } catch (e) {
      say(`${label}: ${e.title ?? e.message}${e.detail ? ` – ${e.detail}` : ''}`, 'bad');
    }
    set(false);
  };
  return html`<${Button} icon=${icon} tone=${tone} disabled=${disabled || busy} onClick=${run}>${label}</${Button}>`;
}
