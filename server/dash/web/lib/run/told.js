// SPDX-License-Identifier: Apache-2.0
// What a run tells, and what can be told it: its story in sentences, why it waits, what it asks people, what was told to
// forges, what it has left behind; cancel, bump, run again.
import { getBytes, post } from '../api.js';
import { now } from '../clock.js';
import { absolute, bytes, duration } from '../format.js';
import { go } from '../nav.js';
import { Button, Do, Icon, Note, Num, Out, State, Table, Text, When, stateWord } from '../parts.js';
import { safeHref } from '../query.js';
import { splitTimes } from '../story.js';
import { html, useState } from '../view.js';
import { saveAs } from './log.js';

// ---- what can be done ----

const nameOf = (run) => `${run.workflow} #${run.number}`;

export function again(run, what, more = {}) {
  const query = new URLSearchParams({ what, ...more });
  return async () => {
    const made = await post(`runs/${run.id}/rerun?${query}`);
    go(`/runs/${made.run}`);
    return made;
  };
}

const remark = (made) => (made.remark ? `A new run has begun: ${made.remark}` : 'A new run has begun');

export function Rerun({ label, run, what, more, text }) {
  return html`<${Do} label=${label} icon="again" scope="run" does=${again(run, what, more)} done=${remark}
    confirm=${{ title: `${label}?`, text: `${text} The new run works on the same commit, ${run.sha ? run.sha.slice(0, 10) : 'as this one'}.`, yes: label }} />`;
}

export function Actions({ run }) {
  if (run.state !== 'done')
    return html`
      <${Do} label="Run first" icon="up" scope="run" does=${() => post(`runs/${run.id}/bump`)} done="It is first in its repository, and that one is next"
        disabled=${run.bumped} confirm=${{ title: `Let ${nameOf(run)} go first?`, text: 'It becomes the first of its repository, and its repository the next. What runs goes on.', yes: 'Run first' }} />
      <${Do} label="Cancel" icon="stop" tone="bad" scope="run" does=${() => post(`runs/${run.id}/cancel`)} done="It is being cancelled"
        confirm=${{ title: `Cancel ${nameOf(run)}?`, text: 'Steps that run are ended; jobs that always run still do. This cannot be undone, but it can be run again.', yes: 'Cancel the run', no: 'Let it run' }} />`;
  const failed = run.conclusion !== 'success' && run.jobs.some((j) => j.state === 'done' && !['success', 'skipped'].includes(j.conclusion));
  return html`
    ${failed && html`<${Rerun} label="Run what failed again" run=${run} what="failed" text="Jobs that succeeded are taken over, the others run again." />`}
    <${Rerun} label="Run all again" run=${run} what="all" text="All jobs run again." />`;
}

// ---- questions ----

const WHAT = { start: 'starts only when people agree', manual: 'has failed, and asks whether to try once more', outcome: 'has a step of which nobody knows whether it did its work' };

function Question({ run, approval, job }) {
  const { sha } = approval;
  const answer = (verb) => () => post(`runs/${run.id}/${verb}${sha ? `?sha=${sha}` : ''}`);
  const bound = sha ? ` The answer holds for commit ${sha.slice(0, 10)} alone.` : '';
  return html`<${Note} tone="warn" icon="ask"><div class="question">
    <p><strong><${Text} of=${job?.name ?? 'A job'} max=${100} /></strong> ${WHAT[approval.kind] ?? 'asks'}:
      ${' '}<${Text} of=${approval.question} max=${1000} /></p>
    <p class="dim">Asked <${When} at=${approval.asked_at} />
      ${Array.isArray(approval.by) && approval.by.length > 0 && html`; <${Text} of=${approval.by.join(', ')} max=${200} /> may answer`}
      ${approval.deadline && html`; without an answer it is taken to ${approval.then} <${When} at=${approval.deadline} />`}${sha && html`; about commit <span class="id" title=${sha}>${sha.slice(0, 10)}</span>`}.</p>
    <div class="actions">
      <${Do} label="Approve" icon="ok" tone="good" scope="approve" does=${answer('approve')} done="Approved"
        confirm=${{ title: 'Approve?', text: `“${approval.question.slice(0, 300)}” is answered with yes.${bound}`, yes: 'Approve' }} />
      <${Do} label="Reject" icon="cross" tone="bad" scope="approve" does=${answer('reject')} done="Rejected"
        confirm=${{ title: 'Reject?', text: `“${approval.question.slice(0, 300)}” is answered with no.${bound}`, yes: 'Reject' }} />
    </div></div></${Note}>`;
}

export function Questions({ run }) {
  const open = run.approvals.filter((p) => p.state === 'asked');
  return open.map((p) => html`<${Question} key=${p.id} run=${run} approval=${p} job=${run.jobs.find((j) => j.id === p.job)} />`);
}

export function Answers({ run }) {
  return html`<ul class="answers">${run.approvals.map((p) => html`<li key=${p.id}><${State} of=${p.state} />
    <span><${Text} of=${p.question} max=${300} />${p.answered_by && html` – <${Text} of=${p.answered_by} />`}
    ${p.sha && html`, for <span class="id" title=${p.sha}>${p.sha.slice(0, 10)}</span>`}</span> <${When} at=${p.answered_at ?? p.asked_at} /></li>`)}</ul>`;
}

// ---- why it is not done ----

const WHY_SIGNS = { slot: 'queue', lock: 'key', approval: 'ask', backoff: 'again', recovery: 'heal', paused: 'pause', running: 'half', needs: 'branch', group: 'queue', effect: 'send', plan: 'clock', turn: 'clock', reserved: 'queue', parallel: 'queue' };

// A time of today without its day.
function Clock({ at }) {
  const ms = Date.parse(at), today = new Date(ms).toDateString() === new Date(now()).toDateString();
  return html`<time datetime=${at} title=${absolute(ms)}>${today ? new Date(ms).toLocaleTimeString('en-GB') : absolute(ms)}</time>`;
}

// Times and runs in the sentences of the API are told as they are told here.
function Sentence({ text }) {
  return splitTimes(text).map((p, i) => (p.at ? html`<${Clock} key=${i} at=${p.at} />`
    : p.run ? html`<a key=${i} class="in-text" href="/runs/${p.run}">${p.text}</a>` : html`<${Text} key=${i} of=${p.text} max=${600} />`));
}

const whyColumns = [
  { head: 'Job', kind: 'main', cell: (w) => html`<${Text} of=${w.key} max=${120} />` },
  { head: 'State', cell: (w) => html`<span class="dim"><${Icon} name=${WHY_SIGNS[w.reason] ?? 'clock'} /> ${stateWord(w.state)}</span>` },
  { head: 'Why', cell: (w) => html`<${Sentence} text=${w.why} />` },
  { head: 'Until about', kind: 'num', cell: (w) => (Date.parse(w.until) > now() ? html`<${When} at=${w.until} />` : '') },
];

const WHY_MOST = 6, LAST = ['running', 'parallel', 'needs']; // what others wait for says more than that they wait

export function Why({ why }) {
  const [all, set] = useState(false);
  const jobs = [...why.jobs].sort((x, y) => LAST.indexOf(x.reason) - LAST.indexOf(y.reason));
  const rows = all ? jobs : jobs.slice(0, WHY_MOST);
  return html`${why.why && html`<p class="why-run"><${Icon} name="clock" /> <${Sentence} text=${why.why} /></p>`}
    ${jobs.length > 0 && html`<${Table} name="Why its jobs are not done" rows=${rows} columns=${whyColumns} id=${(w) => w.key} />`}
    ${rows.length < jobs.length && html`<p><${Button} icon="down" onClick=${() => set(true)}>Show all ${jobs.length} jobs</${Button}></p>`}`;
}

// ---- story ----

const SIGNS = { bad: 'cross', good: 'ok', ask: 'ask', info: 'dash' };
const TONES = { bad: 'bad', good: 'good', ask: 'warn', info: 'dull' };

function Part({ part, onPick }) {
  if (typeof part === 'string') return part;
  if (part.job)
    return html`<a href="#job-${part.job}" onClick=${(e) => {
      e.preventDefault();
      onPick(part.job);
    }}><${Text} of=${part.said} max=${120} /></a>`;
  if (part.href) return part.href.startsWith('/runs/') ? html`<a href=${part.href}>${part.said}</a>` : html`<${Out} href=${part.href}><${Text} of=${part.said} /></${Out}>`;
  return html`<${Text} of=${part.said} max=${500} class="quoted" />`;
}

// Since the beginning: when it was lies in the title.
function Since({ at, from }) {
  const ms = Date.parse(at) - from;
  return html`${ms > 0 ? html`<time datetime=${at} title=${absolute(Date.parse(at))}>+${duration(ms)}</time>` : html`<${When} at=${at} />`}`;
}

export function Story({ story, onPick }) {
  const from = Date.parse(story[0].at);
  return html`<ol class="story">${story.map((s, i) => html`<li key=${i} class="tone-${TONES[s.mood]}">
    <span class="story-sign"><${Icon} name=${SIGNS[s.mood]} /></span>
    <p>${s.parts.map((p, k) => html`<${Part} key=${k} part=${p} onPick=${onPick} />`)}</p>
    <${Since} at=${s.at} from=${from} /></li>`)}</ol>`;
}

// ---- effects ----

const KINDS = { status: 'status', check: 'check run', issue: 'issue', comment: 'comment', label: 'labels', pull: 'change', merge: 'merge', dispatch: 'dispatch' };

function saidOf(x) {
  const b = x.body ?? {};
  const text = [b.context ?? b.name, b.title, b.state ?? b.conclusion ?? b.status, b.description].filter((t) => typeof t === 'string' && t);
  return [...new Set(text)].join(' · ');
}

const effectColumns = [
  { head: 'State', cell: (x) => html`<${State} of=${x.state} />` },
  { head: 'What', kind: 'main', cell: (x) => html`<span class="dim">${KINDS[x.kind] ?? x.kind}</span> <${Text} of=${saidOf(x)} max=${140} />` },
  { head: 'Where', cell: (x) => (safeHref(x.remote_url)
    ? html`<${Out} href=${x.remote_url}><${Text} of=${`${x.forge}:${x.repository}`} max=${60} /></${Out}>`
    : html`<${Text} of=${`${x.forge}:${x.repository}`} max=${60} />`) },
  { head: 'Tries', kind: 'num', cell: (x) => html`<${Num} of=${x.tries} />` },
  { head: 'When', kind: 'num', cell: (x) => html`<${When} at=${x.settled_at ?? x.created_at} />` },
  { head: 'Why not', cell: (x) => (x.last_error && x.state !== 'sent' ? html`<${Text} of=${x.last_error} max=${200} />` : '') },
];

export function Effects({ effects }) {
  const columns = effects.some((x) => x.last_error && x.state !== 'sent') ? effectColumns : effectColumns.slice(0, -1);
  return html`<${Table} name="Told to forges" rows=${effects} columns=${columns} id=${(x) => x.id} />`;
}

// ---- artifacts ----

const PIECE = 1 << 20;

// It comes in pieces of a MiB.
async function download(run, x) {
  const parts = [];
  for (let at = 0; at < x.size;) {
    const { bytes: piece } = await getBytes(`runs/${run}/artifact?name=${encodeURIComponent(x.name)}&offset=${at}`);
    if (!piece.length) break;
    parts.push(piece);
    at += piece.length;
    if (piece.length < PIECE && at < x.size) break;
  }
  saveAs(new Blob(parts, { type: 'application/octet-stream' }), `${x.name}.${x.format ?? 'tar'}`);
}

export function Artifacts({ run, artifacts }) {
  const columns = [
    { head: 'Name', kind: 'main', cell: (x) => html`<${Text} of=${x.name} max=${120} />` },
    { head: 'Files', kind: 'num', cell: (x) => html`<${Num} of=${x.files} />` },
    { head: 'Size', kind: 'num', cell: (x) => bytes(x.size) },
    { head: 'Kept until', cell: (x) => html`<${When} at=${x.expires_at} />` },
    { head: 'SHA-256', kind: 'low', cell: (x) => html`<span class="id" title=${x.digest}>${x.digest?.slice(0, 12)}</span>` },
    { head: 'Download', cell: (x) => html`<${Do} label="Download" icon="down" scope="read" done=${`${x.name} is downloaded`} does=${() => download(run.id, x)} />` },
  ];
  return html`<${Table} name="Artifacts" rows=${artifacts} columns=${columns} id=${(x) => x.id ?? x.name} />`;
}
