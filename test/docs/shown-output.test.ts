/** Outputs in documents may differ from a run in what is new each time, and in nothing else. */
import { describe, expect, test } from 'vitest'
import { steady } from '../support/shown-output.ts'

const ONE = `$ npx holdfast revoke key hclpCQPyvej1euXjtSNPouGQN5_DVz9GwGhMprL-iCY
rv-4acbbde842c0
  key      hclpCQPyvej1euXjtSNPouGQN5_DVz9GwGhMprL-iCY
  applied  holdfast-1211d51d after 5 ms, 2026-11-23T09:18:15Z
`
const OTHER = `$ npx holdfast revoke key 4pMMjCRtUwAOw3bn4Nnqw2rzSDaFTLWqkHceLCmHEB8
rv-66b602e0b0a7
  key      4pMMjCRtUwAOw3bn4Nnqw2rzSDaFTLWqkHceLCmHEB8
  applied  holdfast-8e1b5edb after 11 ms, 2027-01-02T03:04:05Z
`

describe('two outputs of one story', () => {
  test('are the same, whatever their ids and times are', () => {
    expect(steady([ONE])).toEqual(steady([OTHER]))
  })

  test.each([
    ['another word', ONE, OTHER.replace('applied', 'refused')],
    ['another count', `${ONE}3 requests`, `${OTHER}4 requests`],
    [
      'another id where the first came again',
      ONE,
      OTHER.replace(/4pMM\w+-?\w+\n {2}app/, 'xxxxJCRtUwAOw3bn4Nnqw2rzSDaFTLWqkHceLCmHEB8\n  app'),
    ],
    ['a line that is not there', ONE, OTHER.replace(/^rv-.*\n/m, '')],
  ])('are not the same with %s', (_, one, other) => {
    expect(steady([one])).not.toEqual(steady([other]))
  })

  test('name the same thing the same way in all blocks', () => {
    const [first = '', second = ''] = steady([ONE, 'rv-4acbbde842c0'])
    expect(first).toContain(second)
    expect(steady([ONE, 'rv-4acbbde842c0'])).not.toEqual(steady([OTHER, 'rv-000000000000']))
  })
})
