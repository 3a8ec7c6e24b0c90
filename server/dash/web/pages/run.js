// SPDX-License-Identifier: Apache-2.0
// One run: what it is and how it stands, why it waits, its jobs as a graph and over time, what went wrong and what was
// done about it, what was told to forges, and the logs. It goes on by itself while the run does.
import { refName } from '../lib/format.js';
import { placeOf } from '../lib/loglines.js';
import { useGet } from '../lib/load.js';
import { onNavigate, here } from '../lib/nav.js';
import { Duration, Empty, Facts, Id, Loaded, Note, Out, Page, Section, State, Text, When, stateWord } from '../lib/parts.js';
import { Jobs } from '../lib/run/jobs.js';
import { Chart, CriticalPath, Graph } from '../lib/run/pictures.js';
import { Actions, Answers, Artifacts, Effects, Questions, Story, Why } from '../lib/run/told.js';
import { isEventful, storyOf } from '../lib/story.js';
import { html, useCallback, useEffect, useRef, useState } from '../lib/view.js';

// ---- the head ----

function Sources({ run }) {
  return html`<ul class="sources">${run.sources.map((s, i) => html`<li key=${i}>
    <${Out} href=${s.url}><${Text} of=${s.repository} max=${80} /></${Out}>
    ${s.sha && html` @ <${Out} href=${s.commit_url}><span class="id" title=${s.sha}>${s.sha.slice(0, 10)}</span></${Out}>`}</li>`)}</ul>`;
}

function facts(run) {
  const change = run.change && html`<${Out} href=${run.change_url}>#${run.change}</${Out}>${run.title && html` <${Text} of=${run.title} max=${160} />`}`;
  return [
    run.sources.length && [run.sources.length > 1 ? 'Repositories' : 'Repository', html`<${Sources} run=${run} />`],
    change && ['Change', change],
    run.ref && ['Branch', html`<${Text} of=${refName(run.ref)} max=${100} />`],
    ['Event', html`<${Text} of=${[run.event, run.action].filter(Boolean).join(' ')} />${run.delivery && html` · <a href="/deliveries/${run.delivery}">delivery</a>`}`],
    run.by && ['By', html`<${Text} of=${run.by} max=${80} />`],
    ['Started', html`<${When} at=${run.started_at ?? run.created_at} />`],
    ['Took', html`<${Duration} from=${run.started_at ?? run.created_at} to=${run.ended_at} />`],
    (run.priority !== 'normal' || run.bumped) && ['Priority', `${run.priority}${run.bumped ? ', moved to the front' : ''}`],
    run.concurrency && ['Group', html`<${Text} of=${run.concurrency} max=${100} />`],
    run.rerun_of && ['Repeats', html`<${Id} of=${run.rerun_of} href="/runs/${run.rerun_of}" />, generation ${run.generation}`],
    !run.trusted && ['Trust', 'untrusted: no secrets, nothing is written'],
    ['File', html`<span class="mono"><${Text} of=${run.file} max=${120} /></span>`],
    ['Run', html`<${Id} of=${run.id} />`],
  ];
}

const wordOf = (run) => run.conclusion ?? run.state;

function Head({ run }) {
  const title = html`<${State} of=${wordOf(run)} /> <${Text} of=${run.name} max=${200} /> <span class="dim">#${run.number}</span>`;
  return { title, name: `${stateWord(wordOf(run))}: ${run.name} #${run.number}`,
    sub: run.name === run.workflow ? null : html`<${Text} of=${run.workflow} max=${120} />` };
}

// ---- where the reader looks ----

let aims = 0;
function aimOf(hash) {
  const place = placeOf(hash), job = /^#job-([0-9a-z]{13})$/.exec(hash)?.[1];
  return place ? { ...place, n: ++aims } : job ? { job, n: ++aims } : null;
}

function useAim() {
  const [aim, set] = useState(() => aimOf(here().hash));
  useEffect(() => onNavigate((to, why) => {
    const next = why === 'replace' ? null : aimOf(to.hash);
    if (next) set(next);
  }), []);
  const pick = useCallback((job) => {
    window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}#job-${job}`);
    set({ job, n: ++aims });
  }, []);
  return [aim, pick];
}

// ---- the page ----

const FAILED = { failure: 'failed', error: 'ended with an error', timed_out: 'ran out of time' };

// One click from "it failed" to why.
function Failure({ run, pick }) {
  const job = run.state === 'done' && run.jobs.find((j) => j.kind === 'steps' && FAILED[j.conclusion]);
  if (!job) return null;
  return html`<${Note} tone="bad" icon="cross"><a href="#job-${job.id}" onClick=${(e) => {
    e.preventDefault();
    pick(job.id);
  }}><${Text} of=${job.name} max=${120} /></a> ${FAILED[job.conclusion]}${job.detail && html`: <${Text} of=${job.detail} max=${500} />`}</${Note}>`;
}

function Parts({ run, graph, why, aim, pick }) {
  const story = storyOf(run), over = run.state === 'done';
  return html`
    <${Questions} run=${run} />
    <${Failure} run=${run} pick=${pick} />
    ${run.detail && html`<${Note} tone=${run.conclusion === 'success' ? 'good' : over ? 'bad' : 'warn'}><${Text} of=${run.detail} max=${2000} /></${Note}>`}
    <div class="card"><${Facts} rows=${facts(run)} /></div>
    ${!over && why && (why.why || why.jobs.length > 0) && html`<${Section} title="Why it is not done" id="why"><${Why} why=${why} /></${Section}>`}
    ${graph && graph.boxes.length > 0 && html`<${Section} title="Graph" id="graph"><${CriticalPath} graph=${graph} over=${over} /><${Graph} graph=${graph} onPick=${pick} /></${Section}>`}
    ${run.jobs.length > 0 && html`<${Section} title="Over time" id="time"><${Chart} run=${run} onPick=${pick} /></${Section}>`}
    ${isEventful(story) && html`<${Section} title="What happened" id="story"><${Story} story=${story} onPick=${pick} /></${Section}>`}
    ${run.jobs.length > 0 && html`<${Section} title="Jobs" id="jobs"><${Jobs} run=${run} aim=${aim} why=${why} /></${Section}>`}
    ${run.approvals.some((p) => p.state !== 'asked') && html`<${Section} title="Answers of people" id="approvals"><${Answers} run=${run} /></${Section}>`}
    ${run.effects.length > 0 && html`<${Section} title="Told to forges" id="effects"><${Effects} effects=${run.effects} /></${Section}>`}
    ${run.artifacts.length > 0 && html`<${Section} title="Artifacts" id="artifacts"><${Artifacts} run=${run} artifacts=${run.artifacts} /></${Section}>`}`;
}

// Asked for once the run is known to be open: of one that is over there is no reason to wait. What other runs do can be
// a reason too.
function useWhy(run) {
  const asked = useRef(run);
  const why = useGet(run.state === 'done' ? null : `runs/${run.id}/why`, { live: (row) => row.kind === 'job' && row.run !== run.id });
  useEffect(() => {
    if (asked.current !== run && run.state !== 'done') why.reload();
    asked.current = run;
  }, [run]);
  return run.state === 'done' ? null : why.data;
}

function Shown({ run, aim, pick }) {
  const graph = useGet(`runs/${run.id}/graph`, { live: (row) => row.run === run.id });
  const why = useWhy(run);
  const { title, name, sub } = Head({ run });
  return html`<${Page} title=${title} name=${name} sub=${sub} actions=${html`<${Actions} run=${run} />`}>
    <${Parts} run=${run} graph=${graph.data} why=${why} aim=${aim} pick=${pick} />
  </${Page}>`;
}

export default function Run({ params }) {
  const [aim, pick] = useAim();
  const run = useGet(`runs/${encodeURIComponent(params.id)}`, { live: (row) => row.run === params.id });
  if (run.problem?.status === 404)
    return html`<${Page} title="Run"><${Empty} title="There is no such run" icon="search">Runs are kept for as long as <code>retention</code> says.
      Look at <a href="/runs">all runs</a>.</${Empty}></${Page}>`;
  return run.data ? html`<${Shown} run=${run.data} aim=${aim} pick=${pick} />`
    : html`<${Page} title="Run"><${Loaded} from=${run} rows=${12}>${() => null}</${Loaded}></${Page}>`;
}
