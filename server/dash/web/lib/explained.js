// SPDX-License-Identifier: Apache-2.0
// What the server explains about a delivery, as sentences. Pure: tested by tests/web.

function started(workflow, differences) {
  return differences.find((d) => d.workflow === workflow.name && d.file === workflow.file && d.run)
    ?? differences.find((d) => d.workflow === workflow.name && d.run) ?? null;
}

// Then beside now, of one workflow: null where there is nothing to say.
function difference(then, now) {
  if (then && now === null) return 'It started then; whether it would now only the server\'s git knows.';
  if (then && !now) return 'It started then, and would not start now.';
  if (!then && now) return 'It did not start then, and would start now.';
  return null;
}

function sentence(w, then) {
  if (!w.matched) return `It does not start: ${w.reason ?? 'its trigger does not fit'}.`;
  if (w.plan?.problem) return `It starts, and cannot be planned: ${w.plan.problem}.`;
  const jobs = w.plan?.jobs ?? [];
  const runs = jobs.filter((j) => j.runs === true).length, later = jobs.filter((j) => j.runs === null).length;
  const parts = [`${runs} ${runs === 1 ? 'job runs' : 'jobs run'}`];
  if (later) parts.push(`of ${later} it is known when ${later === 1 ? 'it starts' : 'they start'}`);
  if (jobs.length > runs + later) parts.push(`${jobs.length - runs - later} ${jobs.length - runs - later === 1 ? 'does' : 'do'} not`);
  return `It ${then ? 'starts as it did' : 'starts'}${jobs.length ? `: ${parts.join(', ')}` : ''}.`;
}

export function jobSentence(j) {
  const parts = [];
  if (j.repo) parts.push(`in ${j.repo}`);
  if (j.needs.length) parts.push(`after ${j.needs.join(', ')}`);
  if (j.if) parts.push(`if ${j.if}`);
  const end = j.runs === true ? 'runs' : j.runs === false ? 'does not run' : 'known when it starts';
  return `${parts.join(', ')}${parts.length ? ': ' : ''}${end}${j.note ? ` (${j.note})` : ''}`;
}

// Those that matched first; then those that fell at a filter, which came near; then those of other events.
function rank(w) {
  return w.matched ? 0 : w.filters.length ? 1 : 2;
}

// [{name, file, matched, sentence, changed, run, filters, jobs, priority, note}], and of what started then and is not
// there any more at the end.
export function explain({ workflows, compared, runs }) {
  const rows = workflows.map((w) => {
    const then = started(w, compared);
    const run = then ? runs.find((r) => r.id === then.run) ?? { id: then.run, state: null, conclusion: null } : null;
    const now = w.note && !w.matched && then ? null : w.matched;
    return {
      name: w.name, file: w.file, matched: w.matched, rank: rank(w), sentence: sentence(w, then),
      changed: runs.length || then ? difference(Boolean(then), now) : null, run,
      filters: w.filters, jobs: w.plan?.jobs ?? [], priority: w.plan?.priority ?? null, note: w.note ?? null,
    };
  });
  const gone = compared.filter((d) => d.run && !workflows.some((w) => started(w, [d])));
  for (const d of gone) {
    rows.push({
      name: d.workflow, file: d.file, matched: false, rank: 0, sentence: d.reason ? `It does not start: ${d.reason}.` : 'Its file is not here.',
      changed: difference(true, d.now), run: runs.find((r) => r.id === d.run) ?? { id: d.run, state: null, conclusion: null },
      filters: [], jobs: [], priority: null, note: null,
    });
  }
  return rows.sort((a, b) => a.rank - b.rank);
}

// What the event means, as names and texts.
export function facts(event) {
  const e = event ?? {}, change = e.pull_request, repo = e.repository;
  return [
    ['Event', [e.name, e.action].filter(Boolean).join(' ')],
    ['Repository', repo?.id],
    ['Ref', e.ref],
    ['Change', change && `#${change.number} ${change.title ?? ''}`.trim()],
    ['From', change?.head && [change.head.repository, change.head.ref].filter(Boolean).join(' ')],
    ['Into', change?.base?.ref],
    ['Issue', e.issue && `#${e.issue.number} ${e.issue.title ?? ''}`.trim()],
    ['Commit', e.after && !/^0+$/.test(e.after) ? e.after.slice(0, 10) : null],
    ['Before', e.before && !/^0+$/.test(e.before) ? e.before.slice(0, 10) : null],
    ['Sender', e.sender?.login && `${e.sender.login}${e.sender.bot ? ' (a bot)' : ''}`],
    ['Workflow', e.workflow],
    ['Trusted', e.trusted === true ? 'yes' : e.trusted === false ? 'no: without secrets' : e.name ? 'the forge has to be asked' : null],
  ].filter(([, value]) => value);
}
