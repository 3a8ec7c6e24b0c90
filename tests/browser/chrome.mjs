// SPDX-License-Identifier: Apache-2.0
// Debian's chromium, with ears open: whatever a page complains of, asks of others or lets run is a finding.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const shapes = {
  desktop: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  night: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light', hasTouch: true, isMobile: true },
  'phone-night': { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
  wide: { viewport: { width: 3840, height: 2160 }, colorScheme: 'light' },
}

export class Chrome {
  static async start(path, folder) {
    const chrome = new Chrome()
    // Its sandbox wants rights that a container does not give; it sees our own pages alone.
    chrome.browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
    chrome.folder = folder
    chrome.findings = []
    return chrome
  }

  find(where, what) { this.findings.push(`${where}: ${what}`) }

  // A page of that shape; `base` is the only place that it may ask. What it says in error is a finding, but for what
  // `expected` matches.
  async open(base, shape, { expected = /^$/, ...more } = {}) {
    const context = await this.browser.newContext({ ...shapes[shape], ignoreHTTPSErrors: true, reducedMotion: 'reduce', ...more })
    context.setDefaultTimeout(15000)
    await context.addInitScript(() => {
      globalThis.hits = []
      globalThis.hit = what => globalThis.hits.push(String(what ?? 'hit'))
      globalThis.alert = globalThis.hit
      globalThis.violations = []
      document.addEventListener('securitypolicyviolation', e =>
        globalThis.violations.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile ?? ''}:${e.lineNumber}`))
    })
    const page = await context.newPage()
    const said = text => { if (!expected.test(text)) this.find(page.url(), text) }
    page.on('pageerror', e => said(`exception: ${e.stack ?? e.message}`))
    page.on('console', m => { if (['error', 'warning'].includes(m.type())) said(`console: ${m.text()} ${m.location().url}`) })
    page.on('dialog', d => { this.find(page.url(), `a dialog: ${d.message()}`); d.dismiss() })
    context.on('request', r => {
      if (!r.url().startsWith(base) && !/^(data|blob):/.test(r.url())) this.find(page.url(), `asks ${r.url()}`)
      if (r.url().includes('/csp-report')) this.find(page.url(), `CSP report: ${r.postData()}`)
    })
    return page
  }

  // A page that is done: what it holds is in order, and there is a picture of it. `rules`: those of axe, else all.
  async judge(page, name, rules) {
    const at = `${name} (${page.url()})`
    await page.screenshot({ path: `${this.folder}/${name}.png`, fullPage: true })
    const state = await page.evaluate(() => ({
      hits: globalThis.hits, violations: globalThis.violations, h1: document.querySelectorAll('h1').length,
      title: document.title, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      busy: document.querySelector('[aria-busy=true]') !== null,
    }))
    for (const hit of state.hits) this.find(at, `outside text ran: ${hit}`)
    for (const v of state.violations) this.find(at, `policy: ${v}`)
    if (state.h1 !== 1) this.find(at, `${state.h1} first headings`)
    if (!state.title) this.find(at, 'no title')
    if (state.wide > 1) this.find(at, `${state.wide} px wider than the screen`)
    if (state.busy) this.find(at, 'still loading')
    await page.evaluate(axe)
    const { violations } = await page.evaluate(rules => globalThis.axe.run(document,
      { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }), rules)
    for (const v of violations)
      this.find(at, `axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => `${n.target} ${n.failureSummary}`).join(' | ')}`)
  }

  // Ends it; the exit code of the suite.
  async end(what) {
    await this.browser.close()
    for (const f of [...new Set(this.findings)]) console.error(`FINDING ${f}`)
    console.log(`${what}: ${this.findings.length} findings`)
    return this.findings.length ? 1 : 0
  }
}
