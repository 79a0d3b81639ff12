import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, parseAddress, parseNetwork, rangeOf } from '../../../../src/ledger/detect/network.ts'

const within = (address: string, network: string): boolean | undefined => {
  const [one, other] = [parseAddress(address), parseNetwork(network)]
  return one === undefined || other === undefined ? undefined : isWithin(one, other)
}

describe('addresses and networks', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.4', '10.1.2.3/32', false],
    ['255.255.255.255', '0.0.0.0/0', true],
    ['::1', '0.0.0.0/0', false],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1/128', true],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['::ffff:a01:203', '10.0.0.0/8', true],
    ['10.1.2.3', '::ffff:10.0.0.0/104', true],
    ['fe80::1%eth0', 'fe80::/10', true],
    ['1:2:3:4:5:6:7:8', '::/0', true],
    ['64:ff9b::192.0.2.33', '64:ff9b::/96', true],
  ])('%s in %s: %s', (address, network, is) => {
    expect(within(address, network)).toBe(is)
  })

  it.each([
    '',
    '10.1.2',
    '10.1.2.256',
    '010.1.2.3',
    '10.1.2.3.4',
    '10.1.2.3%1',
    '1::2::3',
    ':1',
    '1:2:3:4:5:6:7',
    '12345::',
    '::g',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:8:9',
    ' ::1',
    '1:2:3:4:5:6:7::8:9',
    'x'.repeat(1000),
  ])('no address: %j', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it.each([
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '::1/64',
    '::ffff:0.0.0.0/95',
    'fe80::%1/64',
    '/8',
    '10.0.0.0/8/8',
  ])('no network: %j', (text) => {
    expect(parseNetwork(text)).toBeUndefined()
  })

  it('takes the IPv6 texts that Node takes, and no others', () => {
    const part = fc.constantFrom('', '0', '1', 'ab', 'FFFF', 'fffff', '1.2.3.4', '1.2.3', 'g', '00001')
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 9 }), (parts) => {
        const text = parts.join(':')
        expect(parseAddress(text) !== undefined).toBe(isIPv6(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('ranges of both kinds never meet', () => {
    expect(rangeOf('10.1.2.3', 16, 32)).toBe(rangeOf('10.1.9.9', 16, 32))
    expect(rangeOf('10.1.2.3', 16, 32)).not.toBe(rangeOf('10.2.2.3', 16, 32))
    expect(rangeOf('0.0.10.1', 32, 128)).not.toBe(rangeOf('::a01', 32, 128))
    expect(rangeOf('/run/x.sock', 16, 32)).toBeUndefined()
  })
})
