// SPDX-License-Identifier: Apache-2.0
// <Explained from=${useGet("deliveries/ID/explain")} />: a delivery explained, workflow by workflow.
import { explain, jobSentence } from '../explained.js';
import { plural } from '../format.js';
import { html, useState } from '../view.js';
import { Empty, Loaded, Note } from './states.js';
import { Icon, Id, State, Text } from './words.js';

function Filter({ of }) {
  return html`<li class=${of.matched ? 'tone-good' : 'tone-bad'}><${Icon} name=${of.matched ? 'ok' : 'cross'} />
    <span><b><${Text} of=${of.key} max=${60} /></b> <${Text} of=${of.value ?? '(none)'} max=${160} /><span class="unseen">${of.matched ? ': fits' : ': does not fit'}</span></span></li>`;
}

function Jobs({ jobs, priority }) {
  return html`<details class="told-jobs"><summary>${plural(jobs.length, 'job')}${priority && priority !== 'normal' ? `, priority ${priority}` : ''}</summary>
    <ul class="told-list">${jobs.map((j) => html`<li key=${j.key}><${Icon} name=${j.runs === true ? 'play' : j.runs === false ? 'skip' : 'clock'} />
      <span><b><${Text} of=${j.key} max=${80} /></b> <span class="dim"><${Text} of=${jobSentence(j)} max=${300} /></span></span></li>`)}</ul></details>`;
}

function Workflow({ of }) {
  return html`<li class="told ${of.matched ? 'tone-good' : 'tone-dull'}">
    <span class="told-sign"><${Icon} name=${of.matched ? 'ok' : 'dash'} /></span>
    <div class="told-body">
      <p class="told-head"><b><${Text} of=${of.name} max=${100} /></b> <span class="dim"><${Text} of=${of.file} max=${100} /></span>
        ${of.run && html`<span class="told-run"><${State} of=${of.run.conclusion ?? of.run.state ?? 'done'} /> <${Id} of=${of.run.id} href=${`/runs/${of.run.id}`} /></span>`}</p>
      <p><bdi>${of.sentence}</bdi></p>
      ${of.changed && html`<p class="told-changed tone-warn"><${Icon} name="warn" /> ${of.changed}</p>`}
      ${of.note && html`<p class="dim"><bdi>${of.note}</bdi></p>`}
      ${of.filters.length > 0 && html`<ul class="conditions">${of.filters.map((f, i) => html`<${Filter} key=${i} of=${f} />`)}</ul>`}
      ${of.jobs.length > 0 && html`<${Jobs} jobs=${of.jobs} priority=${of.priority} />`}
    </div></li>`;
}

function All({ rows }) {
  const [all, show] = useState(false);
  const near = rows.filter((w) => w.rank < 2 || w.run), far = rows.filter((w) => !near.includes(w));
  return html`${near.length ? html`<ul class="tolds">${near.map((w) => html`<${Workflow} key=${w.name + w.file} of=${w} />`)}</ul>`
    : html`<p class="dim">No workflow listens to this.</p>`}
    ${far.length > 0 && html`<button type="button" class="link" aria-expanded=${all} onClick=${() => show(!all)}>
      ${all ? 'Hide' : 'Show'} ${plural(far.length, 'workflow')} that ${far.length === 1 ? 'listens' : 'listen'} to other events</button>
      ${all && html`<ul class="tolds">${far.map((w) => html`<${Workflow} key=${w.name + w.file} of=${w} />`)}</ul>`}`}`;
}

export function Explained({ from }) {
  if (from.problem?.status === 409 && !from.data) {
    return html`<${Empty} title="It cannot be explained any more" icon="clock"><bdi>${from.problem.detail ?? from.problem.title}</bdi></${Empty}>`;
  }
  return html`<${Loaded} from=${from} rows=${3}>${(d) => (d.event === null
    ? html`<${Note} tone="dull" icon="dash">It starts nothing: <bdi>${d.reason ?? 'it is no event'}</bdi></${Note}>`
    : html`<p class="dim">With the configuration in force now. ${d.files_known ? '' : 'The workflow files of its repository are not on this machine: those of the server alone are shown.'}</p>
      <${All} rows=${explain(d)} />`)}</${Loaded}>`;
}
