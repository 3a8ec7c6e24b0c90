// SPDX-License-Identifier: Apache-2.0
// Signing in with a token, and out again. The address that `fettle dashboard` prints has a one-time token behind its #:
// it is used at once, and leaves the address and the browser's history before anything else is done.
import { forgetSession, post, remove, session } from '../lib/api.js';
import { Mark } from '../lib/frame.js';
import { here, replace } from '../lib/nav.js';
import { Button, Failed, Icon, Loading, Note, Page, Text, When } from '../lib/parts.js';
import { address, safeBack } from '../lib/query.js';
import { html, useEffect, useRef, useState } from '../lib/view.js';

function takeToken() {
  const { path, query, hash } = here();
  const token = new URLSearchParams(hash.slice(1)).get('token');
  if (token) replace(address(path, query));
  return token;
}

// All that is shown is of the session before: a new one begins with a new page.
function leave(back) {
  forgetSession();
  window.location.replace(safeBack(back));
}

function problemText(p) {
  if (p.status === 401) return 'This token is not known, has been used, or is over. One that signs in once is good for ten minutes.';
  if (p.status === 429) return 'Too many tries to sign in. Wait a moment, then try again.';
  return `${p.title ?? p.message}${p.detail ? `: ${p.detail}` : ''}`;
}

// ---- in ----

// Seconds until a try may be made again, counted down.
function useWait() {
  const [left, set] = useState(0);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => set(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, set];
}

function useSignIn(back) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [wait, setWait] = useWait();
  const signIn = async (token) => {
    setBusy(true);
    setProblem(null);
    try {
      await post('session', { token: token.trim() });
      leave(back);
    } catch (e) {
      setProblem(e);
      if (e.status === 429) setWait(e.retry || 6);
      setBusy(false);
    }
  };
  return { busy, problem, wait, signIn };
}

function Form({ at }) {
  const field = useRef(null);
  const { busy, problem, wait, signIn } = at;
  useEffect(() => {
    if (problem) field.current.select();
    else field.current.focus();
  }, [problem]);
  const send = (e) => {
    e.preventDefault();
    if (field.current.value.trim() && !busy && !wait) signIn(field.current.value);
  };
  return html`<form class="login-form" onSubmit=${send}>
    <label for="token">Token</label>
    <input id="token" ref=${field} type="password" name="token" autocomplete="off" autocapitalize="none" spellcheck=${false}
      required placeholder="fettle_…" aria-describedby="token-help" aria-invalid=${problem ? 'true' : undefined} />
    <button type="submit" class="button strong tone-busy" disabled=${busy || wait > 0}><${Icon} name="key" />
      ${busy ? 'Signing in…' : wait ? `Wait ${wait} s` : 'Sign in'}</button>
    <div role="alert">${problem && html`<${Note} tone=${problem.status === 429 ? 'warn' : 'bad'}>${problemText(problem)}</${Note}>`}</div>
    <div id="token-help" class="login-help">
      <p>No token? On the server, <code>fettle dashboard</code> prints an address that opens this page and signs in.</p>
      <p>A token of the API (<code>fettle token new</code>) will do, too.</p>
    </div>
  </form>`;
}

// ---- out ----

function Signed({ who, back }) {
  const [busy, set] = useState(false);
  const [problem, setProblem] = useState(null);
  const out = async () => {
    set(true);
    try {
      await remove('session');
      forgetSession();
      window.location.replace('/login');
    } catch (e) {
      setProblem(e);
      set(false);
    }
  };
  const name = (who.by ?? '').replace(/^(session|token):/, '');
  return html`<p>You are signed in as <b><${Text} of=${name} max=${64} /></b>.</p>
    <dl class="facts">
      <div><dt>You may</dt><dd>${(who.scopes ?? []).join(', ') || 'nothing'}</dd></div>
      ${who.ends_at && html`<div><dt>Ends at the latest</dt><dd><${When} at=${who.ends_at} absolute /></dd></div>`}
    </dl>
    ${problem && html`<${Note} tone="bad">${problemText(problem)}</${Note}>`}
    <div class="actions"><a class="button strong tone-busy" href=${safeBack(back)}>To the dashboard</a>
      <${Button} onClick=${out} disabled=${busy}>Sign out</${Button}></div>`;
}

function Content({ who, problem, retry, at, back }) {
  if (problem) return html`<${Failed} problem=${problem} retry=${retry} />`;
  if (!who) return html`<${Loading} rows=${3} />`;
  if (who.signed_in && !at.problem) return html`<${Signed} who=${who} back=${back} />`;
  return html`${who.local && html`<${Note} tone="good">You are on the server's machine: no sign-in is needed.${' '}
      <a href=${safeBack(back)}>To the dashboard</a></${Note}>`}
    <${Form} at=${at} />`;
}

export default function Login({ query }) {
  const [token] = useState(takeToken);
  const [who, set] = useState(null);
  const [problem, setProblem] = useState(null);
  const at = useSignIn(query.back);
  const load = () => {
    setProblem(null);
    forgetSession();
    session().then(set, setProblem);
  };
  useEffect(() => {
    if (token) at.signIn(token);
    load();
  }, []);
  const entering = token && at.busy;
  return html`<div class="login card"><p class="brand"><${Mark} />fettle</p><${Page} title=${who?.signed_in && !at.problem ? 'Signed in' : 'Sign in'}>
    ${entering ? html`<p role="status">Signing in…</p>`
    : html`<${Content} who=${who} problem=${problem} retry=${load} at=${at} back=${query.back} />`}
  </${Page}></div>`;
}
