import { describe, expect, test } from 'vitest'
import { configText, faultsOf, takeMark } from './config-file.ts'

const SYNTAX: readonly (readonly [title: string, marked: string, says: string])[] = [
  ['a tab', 'a:\n«\tb: 1\n', 'a tab stands in the indentation; use spaces'],
  ['an open quote', 'a: "x«', 'a quote, comma, colon or space is missing here; add it'],
  [
    'a value with a colon',
    'a: «b: c\n',
    'a second key in one line; put a value with a colon in quotes, or start a new line',
  ],
  ['a reserved character', 'a: «@b\n', 'starts with a reserved character; put the value in quotes'],
  ['a second document', 'a: 1\n«---\nb: 2\n', 'a second document starts here; keep one document in the file'],
  ['a mapping as a key', '? «{a: b}\n: c\n', 'is no plain key; write text before the colon'],
  ['an unknown backslash sequence', 'a: "«\\q"\n', 'holds an unknown backslash sequence; use single quotes'],
]

describe('YAML', () => {
  test.each(SYNTAX)('%s', async (_, marked, says) => {
    const { text, line, column } = takeMark(marked)
    expect(await faultsOf(text)).toEqual([`holdfast.yaml:${line}:${column}: ${says}`])
  })

  test('several faults of syntax at once', async () => {
    expect(await faultsOf('a: @x\nb: @y\n')).toHaveLength(2)
  })

  test('a key that stands twice is told with all other faults', async () => {
    const { text, line, column } = takeMark(`${configText({ top: { log: '{ level: loud }' } })}«log: {}\n`)
    expect(await faultsOf(text)).toContain(
      `holdfast.yaml:${line}:${column}: log: stands twice in this mapping; keep one`,
    )
    const inner = takeMark(configText({ top: { log: '{ level: info, «level: info }', scope: '""' } }))
    expect(await faultsOf(inner.text)).toEqual([
      `holdfast.yaml:${inner.line}:${inner.column}: log.level: stands twice in this mapping; keep one`,
      'holdfast.yaml:2:8: scope: must not be empty; give it a value',
    ])
  })

  test('__proto__ is an unknown key like any other', async () => {
    const [fault, ...more] = await faultsOf(`__proto__: { scope: x }\n${configText()}`)
    expect(fault).toContain('holdfast.yaml:1:1: __proto__: unknown key; ')
    expect(more).toEqual([])
  })

  test('anchors and aliases work; a fault inside stands where the alias is', async () => {
    const good = configText({
      issuer: { issuer: '&as https://as.example.com' },
      route: { issuers: '[*as]', proof: '&proof { maxAgeSeconds: 30 }' },
      routes: ['{ name: b, match: { authority: b.example }, origin: https://b.example, audience: b, proof: *proof }'],
    })
    expect(await faultsOf(good)).toEqual([])
    const { text, line, column } = takeMark(configText({ top: { log: '{ level: &level info, decisions: «*level }' } }))
    expect(await faultsOf(text)).toEqual([
      `holdfast.yaml:${line}:${column}: log.decisions: is none of none, denied, all; choose one of them`,
    ])
  })

  test('an alias without its anchor', async () => {
    const { text, line, column } = takeMark(configText({ top: { scope: '«*nothing' } }))
    expect(await faultsOf(text)).toEqual([
      `holdfast.yaml:${line}:${column}: scope: no anchor has this name; define it above with &NAME`,
    ])
  })

  test('an alias that holds itself', async () => {
    const faults = await faultsOf(configText({ top: { log: '&log { level: *log }' } }))
    expect(faults).toContain('holdfast.yaml:1:20: log.level: holds itself; write the values out')
  })

  test('aliases that unfold to too much cost nothing', async () => {
    const rows = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (const [name, inner] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map((pair) => [...pair])) {
      rows.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${inner}`).join(',')}]`)
    }
    expect(await faultsOf(rows.join('\n'))).toEqual([
      'holdfast.yaml:1:1: its aliases unfold to too much; write the values out',
    ])
  })

  test('one alias for each of 200 routes is fine, more than 500 aliases are not', async () => {
    const routes = (count: number) =>
      Array.from(
        { length: count },
        (_, i) => `{ name: r${i}, match: { authority: h${i}.example }, origin: "https://a.example", audience: *a }`,
      )
    expect(await faultsOf(configText({ route: { audience: '&a x' }, routes: routes(199) }))).toEqual([])
    const faults = await faultsOf(configText({ route: { audience: '&a x' }, routes: routes(501) }))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('routes[501].audience: is one alias too many; write the values out')
  })

  test('nesting too deep for the parser is a fault, not a crash', async () => {
    const faults = await faultsOf(`a: ${'['.repeat(100_000)}`)
    expect(faults[0]).toContain('is nested too deeply; write it flat')
  })

  test('YAML 1.1, which reads off as false, is refused', async () => {
    expect(await faultsOf(`%YAML 1.1\n---\n${configText()}`)).toEqual([
      'holdfast.yaml:1:1: is not YAML 1.2; leave out the line that starts with %YAML',
    ])
    expect(await faultsOf(`%YAML 1.2\n---\n${configText()}`)).toEqual([])
  })

  test('tags are refused', async () => {
    const { text, line, column } = takeMark(configText({ top: { scope: '!!binary «aGk=' } }))
    expect(await faultsOf(text)).toContain(
      `holdfast.yaml:${line}:${column}: scope: has a YAML tag; leave out what starts with !`,
    )
  })

  test('no fault repeats text of the file that might be a secret', async () => {
    const secret = 'correct-horse-battery-staple'
    const texts = [
      `nonce: { secret: ${secret} }\n`,
      `nonce: { secret: ${secret}: x }\n`,
      `nonce: { secret: @${secret} }\n`,
      `nonce: { secret: "${secret} }\n`,
      `nonce: { secret: ${secret} \n`,
      `nonce: { secret: !${secret} x }\n`,
      `nonce: { secret: *${secret} }\n`,
      `nonce: { secret: [${secret}] }\n`,
      `store: { kind: ${secret} }\nlog: { level: ${secret} }\nscope: [${secret}]\n`,
      `server: { listen: ${secret}, deadlineMs: ${secret} }\n`,
    ]
    for (const text of texts) {
      const faults = await faultsOf(text)
      expect(faults.length).toBeGreaterThan(0)
      expect(faults.join('\n')).not.toContain(secret)
    }
  })
})
