// SPDX-License-Identifier: Apache-2.0
// Before anything is drawn: light or dark, where the reader has chosen; and the page's own module is asked for together
// with the others. No module, so that it runs first.
'use strict';
{
  try {
    const chosen = localStorage.getItem('fettle-theme');
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  } catch {
    // no storage: as the system has it
  }
  const one = { runs: 'run', deliveries: 'delivery' };
  const [, first, more] = location.pathname.split('/');
  const name = more ? one[first] : first || 'overview';
  if (name && /^[a-z]+$/.test(name)) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = document.currentScript.src.replace('boot.js', `pages/${name}.js`);
    document.head.append(link);
  }
}
