/** Forwarded headers as Envoy writes them, and the same with one thing wrong (D4, D23, D25). */
import { envoyElement, envoyPem, hexOf, makeDer } from '../../../support/certificates.ts'

export const ID = 'spiffe://example.org/client'
export const der = makeDer({ uris: [ID] })
export const HASH = hexOf(der)
export const PEM = envoyPem(der)
const GATEWAY = 'spiffe://example.org/gateway'

export interface Case {
  readonly requirement: string
  readonly name: string
  readonly values: readonly string[]
}

const row = (requirement: string, name: string, ...values: string[]): Case => ({ requirement, name, values })

export const TAKEN: readonly Case[] = [
  row('D25', 'a hash alone', `Hash=${HASH}`),
  row(
    'D25',
    'everything',
    envoyElement({ der, uris: [ID], dns: ['a', 'b'], by: [GATEWAY], cert: true, chain: true, subject: 'CN=x' }),
  ),
  row('D25', 'By twice', envoyElement({ der, uris: [ID], by: [GATEWAY, 'https://example.org/gateway'] })),
  row('D25', 'no URI SAN', envoyElement({ der })),
  row('D25', 'a URI of another scheme', envoyElement({ der, uris: ['https://example.org/a'] })),
  row('D25', 'an empty subject', envoyElement({ der, uris: [ID], subject: '' })),
  row('D25', 'a subject with escaped quotes', envoyElement({ der, uris: [ID], subject: 'CN=a\\"b\\,c\\;d\\\\,O=e' })),
  row(
    'D25',
    'a subject with bare commas and equals signs',
    envoyElement({ der, uris: [ID], subject: 'CN=a,OU=b+C=d' }),
  ),
  row('D25', 'a wildcard DNS name', envoyElement({ der, uris: [ID], dns: ['*.example.org'] })),
]

export const REFUSED: readonly Case[] = [
  row('D23', 'two fields', `Hash=${HASH};URI=${ID}`, `Hash=${HASH};URI=${ID}`),
  row('D25', 'an empty field', ''),
  row('D25', 'an empty element', `Hash=${HASH},`),
  row('D25', 'an empty element in front', `,Hash=${HASH}`),
  row('D25', 'an empty pair', `Hash=${HASH};;URI=${ID}`),
  row('D25', 'a semicolon at the end', `Hash=${HASH};`),
  row('D25', 'white space behind a comma', `Hash=${HASH}, Hash=${HASH}`),
  row('D25', 'no Hash', `URI=${ID}`),
  row('D25', 'a Hash of 63 digits', `Hash=${HASH.slice(1)}`),
  row('D25', 'a Hash of 65 digits', `Hash=${HASH}0`),
  row('D25', 'a Hash in upper case', `Hash=${HASH.toUpperCase()}`),
  row('D25', 'a Hash of letters beyond f', `Hash=${'g'.repeat(64)}`),
  row('D25', 'a quoted Hash', `Hash="${HASH}"`),
  row('D25', 'two Hashes', `Hash=${HASH};Hash=${HASH}`),
  row('D25', 'a key in lower case', `hash=${HASH}`),
  row('D25', 'uri in lower case', `Hash=${HASH};uri=${ID}`),
  row('D25', 'an unknown key', `Hash=${HASH};Foo=bar`),
  row('D25', 'a key without a value', `Hash=${HASH};URI`),
  row('D25', 'a key that starts like another', `Hash=${HASH};URIx=${ID}`),
  row('D25', 'a name of an object for a key', `Hash=${HASH};constructor=x`),
  row('D25', 'two URIs', `Hash=${HASH};URI=${ID};URI=spiffe://example.org/b`),
  row('D25', 'an empty URI and another', `Hash=${HASH};URI=;URI=${ID}`),
  row('D25', 'URI before Hash', `URI=${ID};Hash=${HASH}`),
  row('D25', 'DNS before URI', `Hash=${HASH};DNS=a;URI=${ID}`),
  row('D25', 'By behind Hash', `Hash=${HASH};By=${GATEWAY};URI=${ID}`),
  row('D25', 'By behind DNS, as a URI SAN with pairs writes it', `Hash=${HASH};URI=${ID};DNS=a;By=${GATEWAY}`),
  row('D25', 'Subject before Cert', `Hash=${HASH};Subject="";Cert="${PEM}"`),
  row('D25', 'Chain before Cert', `Hash=${HASH};Chain="${PEM}";Cert="${PEM}"`),
  row('D25', 'two Certs', `Hash=${HASH};Cert="${PEM}";Cert="${PEM}"`),
  row('D25', 'a SPIFFE ID that is none', `Hash=${HASH};URI=spiffe://example.org//x`),
  row('D25', 'a SPIFFE ID with the scheme in upper case', `Hash=${HASH};URI=SPIFFE://example.org/x`),
  row('D25', 'a URI with a query', `Hash=${HASH};URI=https://example.org/?x`),
  row('D25', 'a URI with a quote', `Hash=${HASH};URI=${ID}"`),
  row('D25', 'a quoted URI', `Hash=${HASH};URI="${ID}"`),
  row('D25', 'a URI with a space behind it', `Hash=${HASH};URI=${ID} `),
  row('D25', 'a URI beyond ASCII', `Hash=${HASH};URI=https://\u00e9.example`),
  row('D25', 'an empty By', `By=;Hash=${HASH}`),
  row('D25', 'a By with a space', `By=a b;Hash=${HASH}`),
  row('D25', 'an empty DNS', `Hash=${HASH};URI=${ID};DNS=`),
  row('D25', 'a DNS with an equals sign', `Hash=${HASH};URI=${ID};DNS=URI=x`),
  row('D25', 'an unquoted Subject', `Hash=${HASH};Subject=CN\\=x;URI=${ID}`),
  row('D25', 'an unterminated Subject', `Hash=${HASH};Subject="CN=x;URI=${ID}`),
  row('D25', 'a Subject whose last quote is escaped', `Hash=${HASH};Subject="CN=x\\";URI=${ID}`),
  row('D25', 'text behind the quote', `Hash=${HASH};Subject="CN=x"y;URI=${ID}`),
  row(
    'D25',
    'a Subject that takes in the next pairs',
    `Hash=${HASH};Subject="x,By=${GATEWAY};Hash=${HASH};URI=";URI=${ID}`,
  ),
  row('D25', 'an unquoted Cert', `Hash=${HASH};Cert=${PEM}`),
  row('D25', 'an empty Cert', `Hash=${HASH};Cert=""`),
  row('D25', 'a Cert that is not percent-encoded', `Hash=${HASH};Cert="-----BEGIN CERTIFICATE-----"`),
  row('D25', 'JSON where text is expected', `[{"hash":"${HASH}","uri":["${ID}"]}]`),
  row('D25', 'more than the limit', `Hash=${HASH};Subject="${'x'.repeat(33_000)}"`),
]
