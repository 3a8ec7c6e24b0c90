// SPDX-License-Identifier: Apache-2.0
// What went wrong in a run, what was done about it, and who decided what: sentences in the order of time. Pure.
//   storyOf(run) -> [{at, kind, mood, parts}]      at: ISO time; mood: bad, good, ask, info
//   parts: text of ours, or {said: text from outside} or {job: id, said} or {href, said}
import { duration } from './format.js';

const CLASSES = {
  network: 'the network', 'rate-limit': 'a limit on calls', resource: 'memory, disk or processes that ran out',
  lost: 'an end without a trace', conflict: 'a conflict', test: 'tests that failed', build: 'a build that failed',
  config: 'something configured wrong', permission: 'a missing permission', timeout: 'its time being over',
  cancelled: 'being cancelled',
};

const RECOVERING = {
  retry: 'It is tried again', conflict: 'The conflict is being resolved', testfix: 'What failed is run again or mended',
  manual: 'People are asked whether to go on',
};

const RECOVERED = {
  retry: 'A further try passed', conflict: 'The conflict was resolved', testfix: 'The tests passed then',
  manual: 'People let it go on',
};

const NOT = {
  retry: 'A further try failed too', conflict: 'The conflict was not resolved', testfix: 'The tests failed then too',
  manual: 'People did not let it go on',
};

const ASKED = {
  start: 'is to start', manual: 'failed, and nothing else recovered it', outcome: 'has a step with an unknown outcome',
};

const said = (text) => ({ said: text });
const ended = (text) => (/[.?!]$/.test(text) ? [said(text)] : [said(text), '.']);

function places(run) {
  const jobs = new Map(), steps = new Map();
  for (const job of run.jobs) {
    jobs.set(job.id, job);
    for (const step of job.steps) steps.set(step.id, { job, step });
  }
  return { jobs, steps };
}

const jobPart = (job) => (job ? { job: job.id, said: job.name || job.key } : 'a job');

// ---- attempts ----

function howItEnded(t) {
  if (t.state === 'lost') return ['ended without a record'];
  if (t.class === 'timeout') return ['ran out of time'];
  if (t.class === 'cancelled') return ['was cancelled'];
  if (t.signal) return [`was ended by signal ${t.signal}`];
  if (t.exit_code > 0) return [`failed with exit code ${t.exit_code}`];
  return ['failed'];
}

function failures(run) {
  const ret = [];
  for (const job of run.jobs)
    for (const step of job.steps)
      for (const t of step.attempts) {
        if (!t.class && t.state !== 'lost') continue;
        const cause = CLASSES[t.class] && !['timeout', 'cancelled', 'lost', 'unknown'].includes(t.class) ? ` – the cause is ${CLASSES[t.class]}` : '';
        const again = step.attempts.length > 1 ? `, attempt ${t.no},` : '';
        ret.push({
          at: t.ended_at ?? t.created_at, kind: 'attempt', mood: 'bad', attempt: t.id,
          parts: ['Step ', said(step.name), ' of ', jobPart(job), `${again} `, ...howItEnded(t), cause, ...(t.detail && t.detail !== `exit code ${t.exit_code}` ? [': ', ...ended(t.detail)] : ['.'])],
        });
      }
  return ret;
}

// ---- recoveries ----

function testsOf(r) {
  const names = Array.isArray(r.tests) ? r.tests.filter((x) => typeof x === 'string') : [];
  if (!names.length) return [];
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return [' Failed tests: ', ...names.slice(0, 3).flatMap((x, i) => (i ? [', ', said(x)] : [said(x)])), `${more}.`];
}

function recoveries(run, at) {
  const ret = [];
  for (const r of run.recoveries) {
    const job = jobPart(at.jobs.get(r.job)), detail = r.detail ? [': ', ...ended(r.detail)] : ['.'];
    const row = (when, mood, parts) => ret.push({ at: when, kind: 'recovery', mood, strategy: r.strategy, parts });
    if (r.outcome === 'refused') {
      row(r.at, 'bad', [`No ${r.strategy} for `, job, ...detail]);
      continue;
    }
    const open = r.outcome === 'open';
    row(r.at, 'info', [`${RECOVERING[r.strategy] ?? r.strategy} in `, job, ...(open ? detail : ['.']), ...testsOf(r)]);
    if (open) continue;
    const good = r.outcome === 'recovered';
    const took = r.ended_at && r.at ? ` after ${duration(Date.parse(r.ended_at) - Date.parse(r.at))}` : '';
    row(r.ended_at ?? r.at, good ? 'good' : 'bad', [`${(good ? RECOVERED : NOT)[r.strategy] ?? r.outcome}${took} in `, job, ...detail]);
  }
  return ret;
}

// ---- people ----

function approvals(run, at) {
  const ret = [];
  for (const p of run.approvals) {
    const job = jobPart(at.jobs.get(p.job));
    const by = Array.isArray(p.by) && p.by.length ? [' ', said(p.by.join(', ')), ' may answer.'] : [];
    const when = p.state === 'asked' && p.deadline ? [` Without an answer it is taken to ${p.then}.`] : [];
    ret.push({ at: p.asked_at, kind: 'approval', mood: 'ask', approval: p.id,
      parts: [job, ` ${ASKED[p.kind] ?? 'asks'}: `, ...ended(p.question), ...by, ...when] });
    if (p.state === 'asked') continue;
    const words = { approved: 'Yes', rejected: 'No', expired: 'Nobody answered in time', moot: 'No answer was needed any more' };
    ret.push({ at: p.answered_at ?? p.asked_at, kind: 'approval', mood: p.state === 'approved' ? 'good' : p.state === 'rejected' ? 'bad' : 'info',
      parts: [words[p.state] ?? p.state, ...(p.answered_by ? [', said ', said(p.answered_by)] : []),
        ...(p.sha && p.answered_by ? [', for commit ', said(p.sha.slice(0, 10))] : []), ' (', job, ').'] });
  }
  return ret;
}

// ---- what was said at forges ----

const TOLD = { issue: 'An issue was filed', comment: 'A comment was written', pull: 'A change was opened', merge: 'The change was merged' };

function told(run) {
  const ret = [];
  for (const x of run.effects) {
    const at = x.settled_at ?? x.created_at;
    if (x.state === 'dead')
      ret.push({ at, kind: 'effect', mood: 'bad', parts: [`The forge did not take the ${x.kind} for `, said(x.repository), ...(x.last_error ? [': ', ...ended(x.last_error)] : ['.'])] });
    else if (x.state === 'sent' && TOLD[x.kind])
      ret.push({ at, kind: 'effect', mood: 'info', parts: [`${TOLD[x.kind]} at `, x.remote_url ? { href: x.remote_url, said: x.repository } : said(x.repository), '.'] });
  }
  return ret;
}

// ---- the frame ----

const ENDS = {
  success: ['good', 'The run succeeded'], failure: ['bad', 'The run failed'], error: ['bad', 'The run ended with an error'],
  timed_out: ['bad', 'The run ran out of time'], cancelled: ['info', 'The run was cancelled'], skipped: ['info', 'The run had nothing to do'],
};

function frame(run) {
  const by = run.by ? [' by ', said(run.by)] : [];
  const again = run.rerun_of ? [', as a repetition of ', { href: `/runs/${run.rerun_of}`, said: 'an earlier run' }] : [];
  const ret = [{ at: run.created_at, kind: 'run', mood: 'info',
    parts: ['Started', ...by, ' with ', said([run.event, run.action].filter(Boolean).join(' ')), ...again, '.'] }];
  if (run.state === 'done' && run.ended_at) {
    const [mood, words] = ENDS[run.conclusion] ?? ['info', 'The run ended'];
    const took = duration(Date.parse(run.ended_at) - Date.parse(run.started_at ?? run.created_at));
    ret.push({ at: run.ended_at, kind: 'run', mood, last: true, parts: [`${words} after ${took}`, ...(run.detail ? [': ', ...ended(run.detail)] : ['.'])] });
  }
  return ret;
}

export function storyOf(run) {
  const at = places(run);
  const all = [...frame(run), ...failures(run), ...recoveries(run, at), ...approvals(run, at), ...told(run)];
  const time = (x) => Date.parse(x.at ?? '') || 0;
  return all.map((x, i) => ({ ...x, i })).sort((a, b) => (a.last ? 1 : 0) - (b.last ? 1 : 0) || time(a) - time(b) || a.i - b.i)
    .map(({ i, last, ...x }) => x); // eslint-disable-line no-unused-vars
}

// Whether there is more to tell than that it began and ended.
export function isEventful(story) {
  return story.some((x) => x.kind !== 'run' && x.kind !== 'effect');
}

// A sentence as text, for tests and for what is read aloud.
export function textOf({ parts }) {
  return parts.map((p) => (typeof p === 'string' ? p : p.said)).join('');
}

// "waits for a slot until 2026-11-30T17:00:00Z": its times and runs as parts of their own: {text} {at} {run, text}.
export function splitTimes(text) {
  return String(text ?? '').split(/(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z|\brun 0[0-9a-z]{12}\b)/).filter(Boolean)
    .map((p) => (/^\d{4}-.*Z$/.test(p) ? { at: p } : /^run 0[0-9a-z]{12}$/.test(p) ? { run: p.slice(4), text: p } : { text: p }));
}
