/** `npm run sbom [-- FILE]`: the bill of materials of the image, CycloneDX JSON; on standard output without a FILE. */
import { writeFileSync } from 'node:fs'
import { sbom } from './image/sbom.ts'

const [file] = process.argv.slice(2)
const text = sbom('.', process.versions.node)
if (file === undefined) process.stdout.write(text)
else writeFileSync(file, text)
