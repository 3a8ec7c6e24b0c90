// SPDX-License-Identifier: Apache-2.0
// A source of choices that one number makes repeatable.
export class Random {
  constructor(seed) { this.state = seed >>> 0 }
  next() { // mulberry32
    let t = this.state = (this.state + 0x6d2b79f5) >>> 0
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  below(n) { return Math.floor(this.next() * n) }
  chance(p) { return this.next() < p }
  of(list) { return list[this.below(list.length)] }
  some(n, make) { return Array.from({ length: this.below(n + 1) }, make) }
}
