// SPDX-License-Identifier: Apache-2.0
// One group of failures: what is known of it, what was tried, and where it happened.
import { getText } from './api.js';
import { doneAbout, isNew, lineWith, passShare, plain, saidOf } from './errors.js';
import { count, percent, plural, refName } from './format.js';
import { useGet } from './load.js';
import { go } from './nav.js';
import { Empty, Facts, Icon, Loaded, Num, Page, Pager, Plot, Section, State, Table, Tabs, Text, When, stateWord } from './parts.js';
import { address } from './query.js';
import { html } from './view.js';

const LOG_MOST = 1 << 20;
const textOf = (at) => (at.class === 'test' ? null : saidOf(at).line);

// To the step's log; and to the line that told the failure, where the log is short enough to look for it.
function LogLink({ of }) {
  const plain = `/runs/${of.run}#step-${of.step}`;
  const open = async (e) => {
    const text = textOf(of);
    if (e.metaKey || e.ctrlKey || e.shiftKey || e.button || !text || of.log_bytes > LOG_MOST) return;
    e.preventDefault();
    const log = await getText(`attempts/${of.id}/log`).catch(() => null);
    const line = log ? lineWith(log.text, text) : 0;
    go(line ? `${plain}:L${line}` : plain);
  };
  return html`<a href=${plain} onClick=${open}>log</a>`;
}

function Endings({ of }) {
  return html`<${State} of=${of.step_conclusion ?? 'running'} text=${of.step_conclusion === 'success' ? 'passed later' : undefined} />`;
}

const columns = [
  { head: 'When', cell: (a) => html`<${When} at=${a.ended_at ?? a.created_at} />` },
  { head: 'Run', kind: 'main', cell: (a) => html`<a href=${`/runs/${a.run}`}><${Text} of=${`${a.workflow ?? 'run'} #${a.number}`} max=${60} /></a>` },
  { head: 'Step', cell: (a) => html`<${Text} of=${a.job_key} max=${40} /> <span class="dim">›</span> <${Text} of=${a.step_name} max=${60} />` },
  { head: 'Repository', cell: (a) => html`<${Text} of=${a.repository} max=${50} />` },
  { head: 'Branch', kind: 'low', cell: (a) => html`<${Text} of=${refName(a.ref)} max=${40} />` },
  { head: 'Try', kind: 'num', cell: (a) => html`<${Num} of=${a.no} />` },
  { head: 'Detail', kind: 'low', cell: (a) => html`<${Text} of=${a.detail} max=${80} />` },
  { head: 'The step', cell: (a) => html`<${Endings} of=${a} />` },
  { head: 'Log', cell: (a) => (a.log_bytes > 0 ? html`<${LogLink} of=${a} />` : html`<span class="dim">none</span>`) },
];

const doneColumns = [
  { head: 'What was done', kind: 'main', cell: (d) => html`<a href=${address('/recoveries', { strategy: d.strategy })}>${stateWord(d.strategy)}</a>` },
  { head: 'Times', kind: 'num', cell: (d) => count(d.all) },
  { head: 'Recovered', kind: 'num', cell: (d) => count(d.recovered) },
  { head: 'Failed', kind: 'num', cell: (d) => count(d.failed) },
  { head: 'Refused', kind: 'num', cell: (d) => count(d.refused) },
];

const placeColumns = [
  { head: 'Workflow', kind: 'main', cell: (p) => html`<${Text} of=${p.workflow} max=${60} />` },
  { head: 'Repository', cell: (p) => html`<${Text} of=${p.repository} max=${60} />` },
  { head: 'Times', kind: 'num', cell: (p) => count(p.count) },
  { head: 'Last', kind: 'num', cell: (p) => html`<${When} at=${p.last_at} />` },
];

function Known({ d, group, said }) {
  const share = passShare(group);
  const rows = [
    ['Class', stateWord(group.class)],
    ['Times', html`<${Num} of=${group.count} />`],
    ['First', html`<${When} at=${group.first_at} />${isNew(group, d.since) && html` <span class="chip tone-warn"><${Icon} name="up" />new</span>`}`],
    ['Last', html`<${When} at=${group.last_at} />`],
    ['Retries that passed', share === null ? html`<span class="dim">never retried</span>` : `${count(group.passed)} of ${count(group.passed + group.failed)} (${percent(share)})`],
    said.rule && ['Recognised by', html`<code>${said.rule}</code>`],
    ['Fingerprint', html`<code>${d.fingerprint}</code>`],
  ];
  return html`<${Facts} rows=${rows} />
    ${group.evidence?.hint && html`<p class="hint"><${Icon} name="ask" /><${Text} of=${group.evidence.hint} /></p>`}
    ${group.evidence?.excerpt && html`<pre class="excerpt" tabindex="0" aria-label="The end of its output" dir="ltr">${plain(group.evidence.excerpt)}</pre>`}`;
}

function Group({ d, spoken }) {
  const { group } = d;
  if (!group) return html`<p class="dim">It did not happen ${spoken[d.range]}; what there is of it is older.</p>`;
  const done = doneAbout(group);
  return html`<${Known} d=${d} group=${group} said=${saidOf(group)} />
    <div class="card"><${Plot} label=${`Times ${spoken[d.range]}`} at=${d.at} kind="bars" height=${120} series=${[{ label: 'failures', values: group.trend, tone: 'bad' }]} /></div>
    <div class="pair">
      <${Section} title="What was done about it">${done.length
        ? html`<${Table} name="What was done" rows=${done} columns=${doneColumns} id=${(x) => x.strategy} />`
        : html`<p class="dim">Nothing yet. <code>retry:</code> and <code>recovery:</code> of a workflow say what is to be done about failures of a class.</p>`}</${Section}>
      <${Section} title="Where it happens"><${Table} name="Places" rows=${group.places} columns=${placeColumns} id=${(p) => `${p.workflow}\n${p.repository}`} /></${Section}>
    </div>`;
}

export function One({ error, query, ranges, spoken }) {
  const range = ranges.some(([v]) => v === query.range) ? query.range : '7d';
  const one = useGet(address(`errors/${encodeURIComponent(error)}`, { range, cursor: query.cursor, limit: 30 }),
    { live: (row) => row.kind === 'attempt', every: 5000, keep: true });
  const d = one.data, newest = d && (d.group ?? d.attempts[0]);
  const said = newest ? saidOf(newest).text : 'An error';
  const actions = html`<${Tabs} name="range" label="Time shown" all=${ranges} fallback="7d" />`;
  return html`<${Page} title=${html`<${Text} of=${said} max=${220} />`} name=${said.slice(0, 80)} actions=${actions}
    sub=${html`<a href=${address('/errors', { range: query.range })}><${Icon} name="left" /> All errors</a>`}>
    <${Loaded} from=${one} rows=${8}>
      ${(x) => html`<${Group} d=${x} spoken=${spoken} />
        <${Section} title=${x.group ? plural(x.group.count, 'failure') : 'Failures'}>
          ${x.attempts.length
            ? html`<${Table} name="Failures" rows=${x.attempts} columns=${columns} id=${(a) => a.id} /><${Pager} next=${x.next} />`
            : html`<${Empty} title="Their runs are not kept any more" icon="clock">How often it happened is known for 90 days, the runs as long as <code>retention.runs</code> says.</${Empty}>`}
        </${Section}>`}
    </${Loaded}>
  </${Page}>`;
}
