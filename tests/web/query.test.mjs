// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, pick, route, safeBack, safeHref } from '../../server/dash/web/lib/query.js';

const pages = [{ path: '/', name: 'overview' }, { path: '/runs', name: 'runs' }, { path: '/runs/{id}', name: 'run' }];
const named = (path) => route(pages, path)?.page.name ?? null;

test('a path leads to one page, with what stands in its places', () => {
  assert.equal(named('/'), 'overview');
  assert.equal(named('/runs/'), 'runs');
  assert.equal(named('/runs/0appb1t8g0000'), 'run');
  assert.deepEqual(route(pages, '/runs/a%2Fb').params, { id: 'a/b' });
  assert.deepEqual(route(pages, '/runs/%').params, { id: '%' });
  assert.equal(named('/runs/a/b'), null);
  assert.equal(named('/runsx'), null);
});

test('addresses leave out what is empty, and escape the rest', () => {
  assert.equal(address('/runs', { state: 'failure', ref: '', sha: null }), '/runs?state=failure');
  assert.equal(address('/runs', {}), '/runs');
  assert.equal(address('/runs', { ref: 'a&b=c' }), '/runs?ref=a%26b%3Dc');
  assert.deepEqual(pick({ state: 'x', tab: 'y' }, ['state', 'ref']), { state: 'x' });
});

test('the way back after signing in never leads to another host', () => {
  assert.equal(safeBack('/runs?state=failure'), '/runs?state=failure');
  for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/login?back=/', '/\t/evil.example', '/\n/evil.example',
    '/a\\b', '/ /evil.example', '/\u2028/x', undefined, '', 7]) {
    assert.equal(safeBack(bad), '/');
  }
});

test('links out of data lead to the web or nowhere', () => {
  assert.equal(safeHref('https://forge.example/x'), 'https://forge.example/x');
  for (const bad of ['javascript:alert(1)', ' https://x', 'data:text/html,x', '/runs', null, 7]) assert.equal(safeHref(bad), null);
});
