// SPDX-License-Identifier: Apache-2.0
// A row of bars as small as a word; what it shows is said in words beside it.
import { html } from './view.js';
import { barsOf } from './errors.js';

const STEP = 5, HEIGHT = 20, ROOM = 24;

export function Spark({ values, label }) {
  const step = values.length > ROOM ? STEP - 1 : STEP, width = values.length * step;
  return html`<svg class="spark" role="img" aria-label=${label} width=${width} height=${HEIGHT} viewBox="0 0 ${width} ${HEIGHT}">
    <path class="spark-base" d="M0 ${HEIGHT - 0.5}H${width}" /><path class="spark-bars" d=${barsOf(values, step, HEIGHT)} /></svg>`;
}
