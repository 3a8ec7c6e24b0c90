// SPDX-License-Identifier: Apache-2.0
// A run as pictures: its jobs in their order, the critical path bold, and over time. See lib/geometry.js.
import { useNow } from '../clock.js';
import { duration, durationShort } from '../format.js';
import { ganttOf, needsOf, neighbour, pathOf, stateOf, timesOf } from '../geometry.js';
import { Button, State, Text, stateTone, stateWord } from '../parts.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../view.js';

// ---- graph ----

const word = (b) => (b.hold && b.state !== 'done' ? `${stateWord(b.state)}, ${stateWord(b.hold)}` : stateWord(stateOf(b)));

function sayOf(graph, b) {
  const needs = needsOf(graph, b);
  return [word(b), b.legs ? `${b.legs_done} of ${b.legs} done` : '', b.ms ? duration(b.ms) : '',
    b.critical ? 'on the critical path' : '', needs.length ? `after ${needs.slice(0, 8).join(', ')}` : ''].filter(Boolean).join(', ');
}

function Box({ graph, box, several, onPick }) {
  const style = { left: `${box.x}px`, top: `${box.y}px`, width: `${box.w}px`, height: `${box.h}px` };
  const tone = stateTone(stateOf(box));
  const forge = several && box.repository ? box.repository.split('/').at(-1) : null;
  return html`<li style=${style}><a id="box-${box.job}" class="graph-box tone-${tone} ${box.critical ? 'critical' : ''}"
    href="#job-${box.job}" title=${`${box.name}: ${sayOf(graph, box)}${box.detail ? `. ${box.detail.slice(0, 300)}` : ''}`}
    onClick=${(e) => {
      e.preventDefault();
      onPick(box.job);
    }}>
    <span class="graph-name"><${State} of=${stateOf(box)} text="" /><bdi>${box.name}</bdi></span>
    <span class="graph-sub" aria-hidden="true">${word(box)}${box.legs ? ` · ${box.legs_done}/${box.legs}` : ''}${box.ms ? ` · ${duration(box.ms)}` : ''}${forge ? html` · <bdi>${forge}</bdi>` : ''}</span>
    <span class="unseen">${sayOf(graph, box)}</span>
  </a></li>`;
}

// How large letters are on this screen, of 1: see base.css.
export const letters = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;

const LEAST = 0.6, HIGHEST = 560; // it is made smaller to be seen whole, down to what can be read

// Where it is too large nevertheless, it shows at first what runs, failed, or is on the critical path.
function useSize(graph, box) {
  const [scale, set] = useState(1);
  useLayoutEffect(() => {
    const fit = () => set(Math.max(LEAST * letters(), Math.min(letters(), box.current.clientWidth / graph.width, HIGHEST * letters() / graph.height)));
    const sized = new ResizeObserver(fit);
    sized.observe(box.current);
    return () => sized.disconnect();
  }, [graph.width, graph.height]);
  useEffect(() => {
    const all = graph.boxes, el = box.current;
    const b = all.find((x) => x.state === 'running') ?? all.find((x) => stateTone(stateOf(x)) === 'bad') ?? all.find((x) => x.critical);
    if (b) el.scrollTo((b.x + b.w / 2) * scale - el.clientWidth / 2, (b.y + b.h / 2) * scale - el.clientHeight / 2);
  }, [scale]);
  return scale;
}

export function Graph({ graph, onPick }) {
  const box = useRef(null), scale = useSize(graph, box);
  const several = new Set(graph.boxes.map((b) => b.repository)).size > 1;
  const move = (e) => {
    const from = graph.boxes.find((b) => `box-${b.job}` === document.activeElement?.id);
    const to = from && neighbour(graph.boxes, from, e.key);
    if (!to) return;
    e.preventDefault();
    box.current.querySelector(`#box-${to.job}`)?.focus();
  };
  return html`<div class="graph" ref=${box}>
    <div class="graph-whole" style=${{ width: `${graph.width}px`, height: `${graph.height}px`, zoom: scale }}>
      <svg width=${graph.width} height=${graph.height} aria-hidden="true">
        ${graph.edges.map((e) => html`<path key=${`${e.from}\n${e.to}`} class=${e.critical ? 'critical' : ''} d=${pathOf(e.points)} />`)}</svg>
      <ol onKeyDown=${move} aria-label="Jobs in their order">
        ${graph.boxes.map((b) => html`<${Box} key=${b.job} graph=${graph} box=${b} several=${several} onPick=${onPick} />`)}</ol>
    </div></div>
    ${graph.left_out > 0 && html`<p class="dim">${graph.left_out} more jobs are not drawn.</p>`}`;
}

export function CriticalPath({ graph, over }) {
  const path = graph.boxes.filter((b) => b.critical);
  if (path.length < 2 || !graph.critical_ms) return null;
  return html`<p class="sub">Critical path, bold: ${over ? '' : 'about '}<strong>${duration(graph.critical_ms)}</strong> in ${path.length} jobs, <${Text} of=${path.map((b) => b.name).join(' → ')} max=${120} />.</p>`;
}

// ---- over time ----

const STEPS_SHOWN = 25; // with so many jobs they are shown at first
const WORDS = { wait: 'waited', hold: 'on hold', run: 'ran', attempt: 'ran' };

const place = (b) => ({ left: `${b.x * 100}%`, width: `${b.w * 100}%` });

function Bar({ bar, text }) {
  const word = bar.kind === 'run' || bar.kind === 'attempt' ? stateWord(bar.state) : WORDS[bar.kind];
  const nth = bar.attempt ? `attempt ${bar.attempt.no}${bar.attempt.role === 'step' ? '' : ` (${bar.attempt.role})`}: ` : '';
  return html`<span class="gantt-bar gantt-${bar.kind} tone-${stateTone(bar.state)}" style=${place(bar)}
    title=${`${nth}${word}, ${duration(bar.to - bar.from)}`}>${text}</span>`;
}

function say(job, at) {
  const { waited, ran } = timesOf(job, at);
  return [stateWord(job.conclusion ?? job.state), waited ? `waited ${duration(waited)}` : '', ran !== null ? `ran ${duration(ran)}` : '']
    .filter(Boolean).join(', ');
}

function Row({ row, at, steps, onPick }) {
  const { job, depth, bars } = row;
  const run = bars.find((b) => b.kind === 'run');
  return html`<li class="gantt-job">
    <div class="gantt-row">
      <a class="gantt-name" href="#job-${job.id}" style=${{ paddingInlineStart: `${depth * 0.9}rem` }} title=${job.name}
        onClick=${(e) => {
          e.preventDefault();
          onPick(job.id);
        }}><bdi>${job.name}</bdi><span class="unseen">: ${say(job, at)}</span></a>
      <div class="gantt-track" aria-hidden="true">${bars.map((b, i) => html`<${Bar} key=${i} bar=${b} />`)}
        ${run && html`<span class="gantt-time ${run.x + run.w > 0.82 ? 'before' : ''}"
          style=${run.x + run.w > 0.82 ? { right: `${(1 - run.x) * 100}%` } : { left: `${(run.x + run.w) * 100}%` }}>${durationShort(run.to - run.from)}</span>`}</div>
    </div>
    ${steps && row.steps.map(({ step, bars: tries }) => html`<div class="gantt-row gantt-step" key=${step.id}>
      <span class="gantt-name" style=${{ paddingInlineStart: `${depth * 0.9 + 0.9}rem` }} title=${step.name}><bdi>${step.name}</bdi></span>
      <div class="gantt-track" aria-hidden="true">${tries.map((b, i) => html`<${Bar} key=${i} bar=${b} />`)}</div>
    </div>`)}
  </li>`;
}

export function Chart({ run, onPick }) {
  const at = useNow(run.state === 'done' ? 0 : 1000);
  const [wanted, want] = useState(null);
  const gantt = ganttOf(run, at);
  const steps = wanted ?? run.jobs.length <= STEPS_SHOWN;
  return html`<div class="gantt ${steps || run.jobs.length <= STEPS_SHOWN ? '' : 'dense'}">
    <div class="gantt-top"><ul class="legend" aria-hidden="true">
        <li><span class="gantt-bar gantt-wait"></span>waits</li><li><span class="gantt-bar gantt-run tone-good"></span>ran</li>
        <li><span class="gantt-bar gantt-run tone-busy"></span>runs</li><li><span class="gantt-bar gantt-run tone-bad"></span>failed</li>
        ${run.jobs.some((j) => j.hold) && html`<li><span class="gantt-bar gantt-hold"></span>on hold</li>`}
      </ul><${Button} pressed=${steps} onClick=${() => want(!steps)}>Steps</${Button}></div>
    <div class="gantt-row gantt-scale" aria-hidden="true"><span class="gantt-name"></span><div class="gantt-track">
      ${gantt.ticks.map((t) => html`<span key=${t.ms} class="tick" style=${{ left: `${t.x * 100}%` }}>${t.ms ? durationShort(t.ms) : '0'}</span>`)}</div></div>
    <div class="gantt-rows">${gantt.groups.map((g) => html`<div class="gantt-group" key=${g.repository ?? ''}>
      ${(gantt.groups.length > 1 || g.repository) && html`<h3><${Text} of=${g.repository ?? 'no repository'} /></h3>`}
      <ul>${g.rows.map((row) => html`<${Row} key=${row.job.id} row=${row} at=${at} steps=${steps} onPick=${onPick} />`)}</ul></div>`)}</div>
  </div>`;
}
