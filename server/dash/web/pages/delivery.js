// SPDX-License-Identifier: Apache-2.0
// One delivery: what it means, what it starts and why or why not, what came, and the way to have it decided once more.
import { getHead, post } from '../lib/api.js';
import { Explained } from '../lib/parts/explained.js';
import { Tree } from '../lib/parts/tree.js';
import { bytes } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Do, Empty, Facts, Icon, Id, Loaded, Loading, Failed, Note, Page, Section, State, Table, Tabs, Text, When } from '../lib/parts.js';
import { jsonText, parse } from '../lib/payload.js';
import { facts } from '../lib/explained.js';
import { html, useEffect, useMemo, useState } from '../lib/view.js';

const SHOWN_MOST = 1 << 20, RAW_MOST = 1 << 18;
const sources = { hook: 'called in by the forge', recovered: 'fetched from the forge: the call never came', reconciled: 'made up from the state of the repository' };

// ---- the payload ----

// As much of the body as is shown; null while it is on its way.
function useBody(delivery) {
  const [got, set] = useState(null), [turn, again] = useState(0);
  useEffect(() => {
    const enough = new AbortController();
    set(null);
    getHead(`deliveries/${delivery.id}/body`, SHOWN_MOST, { signal: enough.signal })
      .then((head) => set(head), (problem) => enough.signal.aborted || set({ problem }));
    return () => enough.abort();
  }, [delivery.id, turn]);
  return { got, retry: () => again(turn + 1) };
}

function Raw({ text }) {
  const cut = text.length > RAW_MOST;
  return html`<pre class="raw" tabindex="0" dir="ltr" aria-label="The payload as it came">${cut ? text.slice(0, RAW_MOST) : text}</pre>
    ${cut && html`<p class="dim">The first ${bytes(RAW_MOST)} are shown; the download has all of it.</p>`}`;
}

function Read({ text, form }) {
  const read = useMemo(() => {
    try {
      return { value: parse(jsonText(text, form)) };
    } catch (e) {
      return { problem: e.message };
    }
  }, [text, form]);
  if (read.problem) return html`<${Note} tone="warn">It is no JSON: <bdi>${read.problem}</bdi></${Note}><${Raw} text=${text} />`;
  return html`<${Tree} value=${read.value} />`;
}

function Payload({ delivery, raw }) {
  const { got, retry } = useBody(delivery);
  if (!got) return html`<${Loading} rows=${4} />`;
  if (got.problem?.status === 404) return html`<${Empty} title="The payload is not kept any more" icon="clock">What came of it still is. How long payloads stay: <code>retention.payloads</code>.</${Empty}>`;
  if (got.problem) return html`<${Failed} problem=${got.problem} retry=${retry} />`;
  if (!got.whole) return html`<${Note} tone="wait">It is ${bytes(delivery.size)}, too much to unfold here: its beginning follows, and the download has all of it.</${Note}><${Raw} text=${got.text} />`;
  if (!got.text) return html`<p class="dim">It had no body.</p>`;
  return raw ? html`<${Raw} text=${got.text} />` : html`<${Read} text=${got.text} form=${delivery.form} />`;
}

function Download({ id }) {
  return html`<a class="button" href=${`/api/v1/deliveries/${encodeURIComponent(id)}/body`} download=${`delivery-${id}.json`}><${Icon} name="down" />Download</a>`;
}

// ---- headers ----

const headerColumns = [
  { head: 'Name', kind: 'main', cell: ([name]) => html`<code><${Text} of=${name} max=${80} /></code>` },
  { head: 'Value', cell: ([, value]) => (value === null
    ? html`<span class="dim"><${Icon} name="key" /> not shown: a secret or a signature</span>`
    : html`<code><${Text} of=${value} max=${500} /></code>`) },
];

function Headers({ headers }) {
  const rows = Object.entries(headers ?? {});
  if (!rows.length) return html`<p class="dim">None were kept.</p>`;
  return html`<div class="headers"><${Table} name="Headers" rows=${rows} id=${([name]) => name} columns=${headerColumns} /></div>`;
}

// ---- all of it ----

function Replay({ delivery, reload }) {
  const suspect = delivery.state === 'suspect';
  return html`<${Do} label=${suspect ? 'Release' : 'Replay'} icon="again" scope="run" tone=${suspect ? 'good' : undefined}
    confirm=${{ title: suspect ? 'Release this delivery?' : 'Replay this delivery?', yes: suspect ? 'Release' : 'Replay', tone: 'busy',
      text: suspect ? 'The same body came before under another id, as when somebody sends it again. Once released it is decided like any other.'
        : 'It is decided once more with the configuration in force. What it starts then runs again, and statuses are posted again.' }}
    does=${() => post(`deliveries/${delivery.id}/replay`).then(reload)} done="It is decided once more" />`;
}

function Means({ delivery }) {
  const rows = facts(delivery.normalised);
  if (!rows.length) return html`<${Note} tone=${delivery.state === 'invalid' ? 'bad' : 'dull'} icon="dash">
    ${delivery.reason ? html`<bdi>${delivery.reason}</bdi>` : 'Nothing is known of it yet.'}</${Note}>`;
  return html`<div class="card"><${Facts} rows=${rows.map(([name, value]) => [name, html`<${Text} of=${value} max=${160} />`])} /></div>`;
}

function Arrived({ d }) {
  return html`<${Facts} rows=${[
    ['State', html`<${State} of=${d.state} />`],
    ['Received', html`<${When} at=${d.received_at} />`],
    d.happened_at && ['Happened', html`<${When} at=${d.happened_at} />`],
    ['Forge', html`<${Text} of=${d.forge} max=${60} />`],
    ['Webhook', html`<code><${Text} of=${d.hook} max=${80} /></code>`],
    ['Came by', sources[d.source] ?? d.source],
    ['Size', bytes(d.size)],
    d.guid && ['The forge calls it', html`<code><${Text} of=${d.guid} max=${60} /></code>`],
    ['Id', html`<${Id} of=${d.id} />`],
  ]} />`;
}

export default function Delivery({ params, query }) {
  const delivery = useGet(`deliveries/${encodeURIComponent(params.id)}`, { live: (row) => row.id === params.id });
  const explained = useGet(`deliveries/${encodeURIComponent(params.id)}/explain`, {
    live: (row) => row.id === params.id || explained.data?.runs?.some((r) => r.id === row.id) });
  const d = delivery.data;
  const raw = query.view === 'raw';
  return html`<${Page} title=${d ? html`<${Text} of=${d.event} max=${80} /> <span class="dim">from</span> <${Text} of=${d.forge} max=${40} />` : 'Delivery'}
    name=${d ? `${d.event} from ${d.forge}` : 'Delivery'} actions=${d && html`<${Replay} delivery=${d} reload=${delivery.reload} />`}>
    <${Loaded} from=${delivery}>${(x) => html`
      <${Arrived} d=${x} />
      ${x.reason && x.normalised && html`<${Note} tone=${x.state === 'invalid' ? 'bad' : 'dull'}><bdi>${x.reason}</bdi></${Note}>`}
      <${Section} title="What it means"><${Means} delivery=${x} /></${Section}>
      <${Section} title="What it starts, and why"><${Explained} from=${explained} /></${Section}>
      <${Section} title="Payload" actions=${html`<${Tabs} name="view" label="View" all=${[['read', 'Read'], ['raw', 'Raw']]} fallback="read" /><${Download} id=${x.id} />`}>
        <${Payload} delivery=${x} raw=${raw} /></${Section}>
      <${Section} title="Headers"><${Headers} headers=${x.headers} /></${Section}>
    `}</${Loaded}>
  </${Page}>`;
}
