import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { histograms, scalars } from '../../../src/observability/families.ts'

async function linesOf(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line !== '')
}

describe('counters and gauges', () => {
  it('has one series for one set of labels, in whatever order they come', async () => {
    const registry = new Registry()
    const family = scalars<'a' | 'b'>(registry, 'counter', 'x_total', 'Help.')
    family.cell({ a: '1', b: '2' }).value += 2
    family.cell({ b: '2', a: '1' }).value++
    family.cell({ a: '2', b: '1' })
    expect(await linesOf(registry)).toEqual([
      '# HELP x_total Help.',
      '# TYPE x_total counter',
      'x_total{a="1",b="2"} 3',
      'x_total{a="2",b="1"} 0',
    ])
  })

  it('asks at each scrape where a reader is given', async () => {
    const registry = new Registry()
    let value = 1
    scalars<never>(registry, 'gauge', 'x', 'Help.').read({}, () => value)
    expect(await linesOf(registry)).toContain('x 1')
    value = 7
    expect(await linesOf(registry)).toContain('x 7')
  })

  it('drops series, and starts anew when they come back', async () => {
    const registry = new Registry()
    const family = scalars<'route'>(registry, 'counter', 'x_total', 'Help.')
    family.cell({ route: 'a' }).value = 5
    family.cell({ route: 'b' }).value = 6
    family.keepOnly(({ route }) => route === 'b')
    expect(await linesOf(registry)).toHaveLength(3)
    expect(family.cell({ route: 'a' }).value).toBe(0)
    expect(family.cell({ route: 'b' }).value).toBe(6)
  })

  it('escapes what a label holds', async () => {
    const registry = new Registry()
    scalars<'a'>(registry, 'counter', 'x_total', 'Help.').cell({ a: 'q"b\\n\n' })
    expect(await linesOf(registry)).toContain('x_total{a="q\\"b\\\\n\\n"} 0')
  })
})

describe('histograms', () => {
  it('counts into buckets whose edges belong to them', async () => {
    const registry = new Registry()
    const histogram = histograms<'v'>(registry, 'x_seconds', 'Help.', [0.001, 0.1]).histogram({ v: 'a' })
    for (const value of [0, 0.001, 0.0011, 0.1, 5]) histogram.observe(value)
    expect(await linesOf(registry)).toEqual([
      '# HELP x_seconds Help.',
      '# TYPE x_seconds histogram',
      'x_seconds_bucket{le="0.001",v="a"} 2',
      'x_seconds_bucket{le="0.1",v="a"} 4',
      'x_seconds_bucket{le="+Inf",v="a"} 5',
      'x_seconds_sum{v="a"} 5.1021',
      'x_seconds_count{v="a"} 5',
    ])
  })

  it('takes values below zero, and leaves out what is no number', async () => {
    const registry = new Registry()
    const histogram = histograms<never>(registry, 'x_seconds', 'Help.', [-1, 0]).histogram({})
    for (const value of [-5, -0.5, Number.NaN, Number.POSITIVE_INFINITY]) histogram.observe(value)
    const lines = await linesOf(registry)
    expect(lines).toContain('x_seconds_bucket{le="-1"} 1')
    expect(lines).toContain('x_seconds_bucket{le="0"} 2')
    expect(lines).toContain('x_seconds_sum -5.5')
    expect(lines).toContain('x_seconds_count 2')
  })

  it('is one series for one set of labels', () => {
    const family = histograms<'v'>(new Registry(), 'x_seconds', 'Help.', [1])
    expect(family.histogram({ v: 'a' })).toBe(family.histogram({ v: 'a' }))
  })
})
