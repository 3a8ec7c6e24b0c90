// SPDX-License-Identifier: Apache-2.0
// The first glance: is all well, and if not, why not.
import { useGet } from '../lib/load.js';
import { Facts, Loaded, Num, Page } from '../lib/parts.js';
import { html } from '../lib/view.js';

export default function Overview() {
  const stats = useGet('stats', { live: true });
  return html`<${Page} title="Overview">
    <${Loaded} from=${stats}>${(d) => html`<${Facts} rows=${[
      ['Runs', html`<${Num} of=${d.runs} />`], ['Jobs that wait', html`<${Num} of=${d.jobs_ready} />`],
      ['Slots busy', html`<${Num} of=${d.slots_busy} /> of <${Num} of=${d.slots} />`], ['Effects', html`<${Num} of=${d.effects} />`]]} />`}
    </${Loaded}></${Page}>`;
}
