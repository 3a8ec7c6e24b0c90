// SPDX-License-Identifier: Apache-2.0
// Values over time, as SVG: its colours are those of the styles, light and dark. A picture says nothing to a screen
// reader, so a table of the same values stands behind it. See lib/parts.js.
import { html, useEffect, useRef, useState } from '../view.js';
import { absolute, count, duration, durationShort, percent } from '../format.js';
import { areaPath, barPath, highest, linePath, msTicks, nearest, timeTicks, wholeTicks } from '../shape.js';

const LEFT = 44, BOTTOM = 20, TOP = 8, RIGHT = 8, SPOKEN_MOST = 24, A_LABEL = 80;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

// What values are: how they are said, how the axis says them, where it has its lines.
const units = {
  count: { say: count, axis: count, ticks: wholeTicks },
  ms: { say: duration, axis: (v) => (v ? durationShort(v) : '0'), ticks: msTicks },
  s: { say: (v) => duration(v === null || v === undefined ? v : v * 1000), axis: (v) => (v ? durationShort(v * 1000) : '0'),
    ticks: (high) => msTicks(high * 1000).map((v) => v / 1000) },
  share: { say: percent, axis: percent, ticks: () => [0, 0.25, 0.5, 0.75, 1] },
};

function useWidth(box) {
  const [width, set] = useState(0);
  useEffect(() => {
    const el = box.current, seen = new ResizeObserver(() => set(el.clientWidth));
    seen.observe(el);
    return () => seen.disconnect();
  }, []);
  return width;
}

function scales(at, top, width, height, kind) {
  const room = width - LEFT - RIGHT, n = at.length;
  const from = at[0], span = n > 1 ? at[n - 1] - from : 1;
  const half = kind === 'bars' ? room / n / 2 : 0;
  const place = (t) => LEFT + half + ((t - from) / span) * (room - 2 * half);
  return { place, x: (i) => place(at[i]), y: (v) => height - BOTTOM - (v / top) * (height - BOTTOM - TOP), column: room / n };
}

function Axes({ at, lines, unit, width, height, s }) {
  const { step, all } = timeTicks(at[0], at.at(-1), Math.max(2, (width - LEFT) / A_LABEL), -new Date(at[0] * 1000).getTimezoneOffset() * 60);
  return html`${lines.map((v) => html`<g key=${v}><path class="plot-line" d="M${LEFT} ${Math.round(s.y(v)) + 0.5}H${width - RIGHT}" />
      <text x=${LEFT - 8} y=${s.y(v) + 4} text-anchor="end">${unit.axis(v)}</text></g>`)}
    ${all.map((t) => html`<text key=${t} x=${s.place(t)} y=${height - 4} text-anchor="middle">
      ${(step >= 86400 ? day : clock).format(new Date(t * 1000))}</text>`)}`;
}

function Shapes({ series, kind, s }) {
  const below = [];
  return series.map((one) => kind === 'bars'
    ? html`<path key=${one.label} class="plot-${one.tone ?? 'accent'} plot-bar" d=${barPath(one.values, below, s.x, s.y, Math.max(1, Math.min(s.column * 0.76, 22)))} />`
    : html`<g key=${one.label} class="plot-${one.tone ?? 'accent'}">
        ${one.fill && html`<path class="plot-area" d=${areaPath(one.values, s.x, s.y)} />`}
        <path class="plot-stroke" d=${linePath(one.values, s.x, s.y)} /></g>`);
}

function Spoken({ label, at, series, unit }) {
  const step = Math.ceil(at.length / SPOKEN_MOST) || 1;
  const rows = at.map((_, i) => i).filter((i) => i % step === 0);
  return html`<div class="unseen"><table><caption>${label}</caption>
    <thead><tr><th scope="col">Time</th>${series.map((s) => html`<th scope="col" key=${s.label}>${s.label}</th>`)}</tr></thead>
    <tbody>${rows.map((i) => html`<tr key=${i}><th scope="row">${absolute(at[i] * 1000)}</th>
      ${series.map((s) => html`<td key=${s.label}>${unit.say(s.values[i])}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Key({ at, series, unit, point }) {
  return html`<span class="plot-key">${point !== null && html`<span class="dim">${absolute(at[point] * 1000)}</span>`}
    ${series.map((s) => html`<span key=${s.label} class="key plot-${s.tone ?? 'accent'}"><i></i><b>${s.label}${
      point !== null && html` <span class="num">${unit.say(s.values[point])}</span>`}</b></span>`)}</span>`;
}

export function Plot({ label, at, series, kind = 'line', unit: of = 'count', height = 150 }) {
  const box = useRef(null);
  const width = useWidth(box);
  const [pointed, show] = useState(null);
  const unit = units[of];
  const lines = unit.ticks(highest(series, kind));
  const drawn = width > LEFT + RIGHT && at.length > 0;
  const s = drawn ? scales(at, lines.at(-1) || 1, width, height, kind) : null;
  const point = pointed !== null && pointed < at.length ? pointed : null;
  const move = (e) => s && show(nearest(at, s.x, e.clientX - box.current.getBoundingClientRect().left));
  return html`<figure class="plot">
    <figcaption><span class="plot-name">${label}</span><${Key} at=${at} series=${series} unit=${unit} point=${point} /></figcaption>
    <div class="plot-box" ref=${box} aria-hidden="true" onPointerDown=${move} onPointerMove=${move} onPointerLeave=${() => show(null)}>
      ${s && html`<svg width=${width} height=${height} viewBox="0 0 ${width} ${height}">
        <${Axes} at=${at} lines=${lines} unit=${unit} width=${width} height=${height} s=${s} />
        <${Shapes} series=${series} kind=${kind} s=${s} />
        ${point !== null && html`<path class="plot-cursor" d="M${Math.round(s.x(point)) + 0.5} ${TOP}V${height - BOTTOM}" />`}
      </svg>`}
    </div>
    <${Spoken} label=${label} at=${at} series=${series} unit=${unit} />
  </figure>`;
}
