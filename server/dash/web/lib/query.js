// SPDX-License-Identifier: Apache-2.0
// Addresses and queries. Pure, no DOM: tested by tests/web.

// "/runs" and {state: "failure", ref: ""} as "/runs?state=failure": what is empty is left out.
export function address(path, query = {}) {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(query)) {
    if (v !== undefined && v !== null && v !== '') p.set(k, v);
  }
  const text = p.toString();
  return text ? `${path}?${text}` : path;
}

// Of a query only those names, for the API: pick({state: "x", tab: "y"}, ["state"]) is {state: "x"}.
export function pick(query, names) {
  return Object.fromEntries(names.filter((n) => query[n]).map((n) => [n, query[n]]));
}

// What stands in `pages` for a path: {page, params}, or null. Patterns: "/runs/{id}".
export function route(pages, path) {
  const have = path.replace(/\/+$/, '').split('/');
  for (const page of pages) {
    const want = page.path.replace(/\/+$/, '').split('/');
    const params = {};
    const fits = want.length === have.length && want.every((part, i) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      if (!name) return part === have[i];
      params[name] = decoded(have[i]);
      return params[name] !== '';
    });
    if (fits) return { page, params };
  }
  return null;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// The way back after signing in: a path of ours, never another host. Browsers read \ as / and drop line ends and tabs.
export function safeBack(back) {
  return typeof back === 'string' && /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(back) && !back.startsWith('/login') ? back : '/';
}

// Links out of data lead nowhere but to the web.
export function safeHref(url) {
  return typeof url === 'string' && /^https?:\/\//i.test(url) ? url : null;
}
