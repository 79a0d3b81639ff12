/** docs/configuration.md: every key with type, default and meaning. */
import { configurationSections, type KeyRow, type Section } from './configuration-keys.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** The least that protects something; a test loads it. */
export const EXAMPLE = `issuers:
  - issuer: https://as.example.com
    keys: { jwksUri: "https://as.example.com/jwks" }
routes:
  - name: payments
    match: { authority: payments.example.com }
    origin: https://payments.example.com
    audience: https://payments.example.com
`

export function configurationPage(): string {
  return `${generatedFrom('src/config/schema/')}

# Configuration

One YAML file, named by \`--config\` or \`HOLDFAST_CONFIG\`, else \`./holdfast.yaml\`. The least that protects something:

\`\`\`yaml
${EXAMPLE}\`\`\`

- Unknown keys are errors. \`holdfast check-config\` lists all faults at once, each as
  \`file:line:column: path: what is wrong; how to mend it\`; \`holdfast schema\` prints the JSON Schema for editors.
- Units stand in the names: \`maxAgeSeconds\`, \`deadlineMs\`. Numbers are whole.
- Paths of files count from the folder of the configuration file.
- Secrets never stand in the file: \`file:PATH\` or \`env:NAME\` says where they are. One newline at the end of such a file
  does not count.
- A key whose name starts with \`insecure\` weakens a check. Those in force are listed by \`holdfast check-config\`, in the
  log at the start and in the gauge \`holdfast_insecure_setting_info\`. So is \`server.listen\` where it can be reached from
  other machines without TLS.
- A change of the file is taken up within 5 s. A faulty one is reported, and the last good one serves on.
- YAML 1.2: one document, each key once, no tags; anchors and aliases within bounds. At most 1 MiB.

${configurationSections().map(sectionText).join('\n\n')}
`
}

function sectionText({ name, description, rows }: Section): string {
  const own = rows.length === 1 ? rows : rows.filter(({ path }) => path !== name)
  const intro = rows.length === 1 ? '' : `${description}\n\n`
  return `## ${name}\n\n${intro}${table(['key', 'type', 'default', 'meaning'], own.map(rowText))}`
}

function rowText({ path, type, default: fallback, required, description }: KeyRow): readonly string[] {
  const shown = fallback === undefined ? (required ? '**required**' : '') : code(fallback)
  return [code(path), type, shown, description]
}
