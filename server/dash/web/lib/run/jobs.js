// SPDX-License-Identifier: Apache-2.0
// The jobs of a run, their steps and the attempts of these, with what they said.
import { inOrder, stateOf, stateOfAttempt, timesOf } from '../geometry.js';
import { duration } from '../format.js';
import { Button, Duration, Facts, Icon, Num, State, Text, stateWord } from '../parts.js';
import { html, useEffect, useRef, useState } from '../view.js';
import { Log } from './log.js';
import { Rerun } from './told.js';

const bad = (x) => ['failure', 'error', 'timed_out'].includes(x.conclusion);

// Open by itself while `auto`; where it `shuts`, closed after that, unless somebody has looked into it. Opened when it,
// or what is `inside`, is aimed at: the keyboard goes on there.
function useOpen({ auto, shuts, aimed, inside, el }) {
  const [open, set] = useState(auto || aimed !== null), seen = useRef(false);
  useEffect(() => {
    if (auto) set(true);
    else if (shuts && !seen.current) set(false);
  }, [auto]);
  useEffect(() => {
    if (aimed === null) return;
    seen.current = true;
    set(true);
    if (inside) return;
    requestAnimationFrame(() => {
      el.current?.scrollIntoView();
      el.current?.querySelector('.fold').focus({ preventScroll: true });
    });
  }, [aimed]);
  const look = () => (seen.current = true);
  return [open, () => set(look() && !open), look];
}

function Fold({ open, toggle, level, id, children, beside }) {
  const button = html`<button type="button" class="fold" aria-expanded=${open} aria-controls=${id} onClick=${toggle}>
    <${Icon} name=${open ? 'down' : 'right'} />${children}</button>`;
  return html`<div class="fold-head">${level === 3 ? html`<h3>${button}</h3>` : html`<h4>${button}</h4>`}${beside}</div>`;
}

// ---- steps ----

const LEVELS = { error: 'failure', warning: 'uncertain', notice: 'ready' };

function Annotations({ all }) {
  return html`<ul class="annotations" aria-label="Annotations">${all.map((a, i) => html`<li key=${i}>
    <${State} of=${LEVELS[a.level] ?? 'done'} text=${a.level} />
    ${a.file && html`<span class="mono"><${Text} of=${`${a.file}${a.line ? `:${a.line}${a.end_line && a.end_line !== a.line ? `-${a.end_line}` : ''}` : ''}`} max=${160} /></span> `}
    ${a.title && html`<strong><${Text} of=${a.title} max=${200} /></strong> `}<${Text} of=${a.text} max=${2000} /></li>`)}</ul>`;
}

function Attempts({ step, chosen, choose }) {
  if (step.attempts.length < 2) return null;
  return html`<div class="attempts" role="group" aria-label="Attempts">${step.attempts.map((t) => html`
    <button type="button" class="button" key=${t.id} aria-pressed=${t.id === chosen.id} onClick=${() => choose(t.id)}>
      <${State} of=${stateOfAttempt(t)} text=${t.role === 'step' ? `attempt ${t.no}` : `${t.no}: ${t.role}`} /></button>`)}</div>`;
}

function AttemptFacts({ attempt: t }) {
  const rows = [
    t.class && ['Class', stateWord(t.class)],
    t.exit_code ? ['Exit code', t.exit_code] : null,
    t.signal ? ['Signal', t.signal] : null,
    t.detail && t.detail !== `exit code ${t.exit_code}` && ['Why', html`<${Text} of=${t.detail} max=${2000} />`],
    t.fingerprint && ['Fingerprint', html`<a class="id" href="/errors?error=${t.fingerprint}">${t.fingerprint}</a>`],
  ].filter(Boolean);
  return rows.length > 0 && html`<${Facts} rows=${rows} />`;
}

function StepInside({ step, place }) {
  const [wanted, choose] = useState(null);
  const t = step.attempts.find((x) => x.id === wanted) ?? step.attempts.at(-1);
  return html`<div class="step-inside">
    ${step.annotations?.length > 0 && html`<${Annotations} all=${step.annotations} />`}
    ${step.summary && html`<pre class="summary" dir="auto" tabindex="0" aria-label="Summary">${step.summary.slice(0, 100000)}</pre>`}
    ${t ? html`<${Attempts} step=${step} chosen=${t} choose=${choose} /><${AttemptFacts} attempt=${t} />
      <${Log} key=${t.id} attempt=${t} step=${step.id} name=${step.name} live=${t.state === 'intent'} place=${place} />`
      : html`<p class="dim">${step.state === 'done' ? 'It was not run.' : 'It has not begun.'}</p>`}
  </div>`;
}

function Step({ step, job, run, aim }) {
  const el = useRef(null);
  const auto = step.state === 'running' || (bad(step) && step.attempts.length > 0);
  const mine = aim?.step === step.id ? aim : null;
  const [open, toggle, look] = useOpen({ auto: auto && !aim?.step, shuts: job.state === 'running', aimed: mine?.n ?? null, el });
  const id = `step-${step.id}`;
  return html`<li class="step" id=${id} ref=${el} onPointerDown=${look}>
    <${Fold} open=${open} toggle=${toggle} level=${4} id="${id}-in" beside=${run.state === 'done' && step.attempts.length > 0 && open
      && html`<${Rerun} label="From here again" run=${run} what="from" more=${{ job: job.key, step: step.no }}
        text="This job begins again at this step, with what the steps before it left behind; what needs the job runs again too." />`}>
      <${State} of=${stateOf(step)} /><span class="fold-name"><${Text} of=${step.name} max=${300} /></span>
      <span class="fold-more">${step.attempts.length > 1 && html`<span class="dim"><${Num} of=${step.attempts.length} /> attempts</span>`}
        ${step.started_at && html`<${Duration} from=${step.started_at} to=${step.ended_at} />`}</span>
    </${Fold}>
    ${open && html`<div id="${id}-in"><${StepInside} step=${step} place=${mine?.from ? mine : null} /></div>`}
  </li>`;
}

// ---- jobs ----

function jobFacts(job, why) {
  const { waited } = timesOf(job, Date.now());
  return [
    job.repository && ['Repository', html`<${Text} of=${job.repository} />`],
    job.sha && ['Commit', html`<span class="id" title=${job.sha}>${job.sha.slice(0, 10)}</span>`],
    waited > 500 ? ['Waited', duration(waited)] : null,
    job.needs.length && ['After', html`<${Text} of=${job.needs.join(', ')} max=${200} />`],
    job.locks.length && ['Locks', html`<${Text} of=${job.locks.join(', ')} max=${200} />`],
    job.slots > 1 && ['Slots', job.slots],
    job.concurrency && ['Group', html`<${Text} of=${job.concurrency} max=${100} />`],
    job.tries > 1 && ['Tries', job.tries],
    job.matrix && ['Matrix', html`<${Text} of=${Object.entries(job.matrix).map(([k, v]) => `${k}: ${typeof v === 'string' ? v : JSON.stringify(v)}`).join(', ')} max=${300} />`],
    job.outputs && Object.keys(job.outputs).length && ['Outputs', html`<${Text} of=${Object.entries(job.outputs).map(([k, v]) => `${k}=${v}`).join(', ')} max=${300} />`],
    why && job.state !== 'running' && ['Why it waits', html`<${Text} of=${why.why} max=${500} />`],
  ].filter(Boolean);
}

function Job({ job, run, depth, aim, auto, why }) {
  const el = useRef(null);
  const mine = aim && isOf(job, aim) ? aim : null;
  const shuts = run.state !== 'done' && run.jobs.length > SHOWN_MOST;
  const [open, toggle, look] = useOpen({ auto, shuts, aimed: mine?.n ?? null, inside: mine?.step, el });
  const id = `job-${job.id}`;
  return html`<section class="job" id=${id} ref=${el} aria-label=${job.name} data-depth=${depth} onPointerDown=${look}>
    <${Fold} open=${open} toggle=${toggle} level=${3} id="${id}-in" beside=${run.state === 'done' && open && job.kind !== 'call'
      && html`<${Rerun} label="Run this job again" run=${run} what="job" more=${{ job: job.key }} text="This job and what needs it run again; the others are taken over." />`}>
      <${State} of=${stateOf(job)} /><span class="fold-name"><${Text} of=${job.name} max=${200} /></span>
      <span class="fold-more">${job.kind !== 'steps' && html`<span class="dim">${job.kind}</span>`}
        ${job.started_at && html`<${Duration} from=${job.started_at} to=${job.ended_at} />`}</span>
    </${Fold}>
    ${open && html`<div class="job-inside" id="${id}-in">
      ${job.detail && !job.steps.some(bad) && html`<p class="detail"><${Text} of=${job.detail} max=${2000} /></p>`}
      <${Facts} rows=${jobFacts(job, why)} />
      ${job.steps.length > 0 && html`<ol class="steps">${job.steps.map((s) => html`<${Step} key=${s.id} step=${s} job=${job} run=${run} aim=${mine} />`)}</ol>`}
    </div>`}
  </section>`;
}

const AUTO_MOST = 3, SHOWN_MOST = 12; // jobs that are open by themselves; with more, those that went well are not shown at first

const isOf = (job, aim) => job.id === aim.job || job.steps.some((s) => s.id === aim.step);

function autoOf(jobs) {
  const work = jobs.filter((j) => j.kind === 'steps');
  if (work.length <= 2) return new Set(work.map((j) => j.id));
  return new Set([...work.filter(bad), ...work.filter((j) => j.state === 'running')].slice(0, AUTO_MOST).map((j) => j.id));
}

export function Jobs({ run, aim, why }) {
  const [wanted, all] = useState(false);
  const auto = autoOf(run.jobs), rows = inOrder(run.jobs);
  const first = rows.filter(({ job }) => bad(job) || job.state === 'running' || job.hold);
  const few = !wanted && rows.length > SHOWN_MOST && first.length > 0 && !(aim && rows.some(({ job }) => isOf(job, aim) && !first.some((x) => x.job === job)));
  return html`<div class="jobs">${(few ? first : rows).map(({ job, depth }) => html`<${Job} key=${job.id} job=${job} run=${run} aim=${aim}
    auto=${auto.has(job.id)} depth=${depth} why=${why?.jobs.find((w) => w.key === job.key)} />`)}
    ${few && html`<p><${Button} icon="down" onClick=${() => all(true)}>Show all ${rows.length} jobs</${Button}></p>`}</div>`;
}
