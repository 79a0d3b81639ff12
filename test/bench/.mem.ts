import { readFileSync } from 'node:fs'
import { fetchNonce, isExpected, makeCases } from './cases.ts'
import { residentMb } from './child.ts'
import { makeCaller, saturate } from './load.ts'
import { startServer } from './server.ts'
const flags = process.argv.slice(2)
const server = await startServer({ fromSource: false, nodeFlags: flags, maxProofAgeSeconds: 600 })
const { pid } = server.child
const caller = makeCaller(server.address)
const cfg = readFileSync(server.world.configPath,'utf8'); const admin = /admin: \{ listen: "([^"]+)"/.exec(cfg)![1]
const show = async (label: string) => { const m = await (await fetch(`http://${admin}/metrics`)).text(); const pick = m.split('\n').filter(l=>/^(process_resident|nodejs_heap|nodejs_external|nodejs_array|process_heap)/.test(l) && !l.includes('space=')).map(l=>{const [k,v]=l.split(' ');return k!.replace('nodejs_','')+' '+(Number(v)/1e6).toFixed(0)}).join('  ');
 console.log(label, residentMb(pid).now.toFixed(0), /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`,'utf8'))![1], /RssFile:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`,'utf8'))![1], pick) }
await show('start')
const dpop = makeCases(server.world).find(({ name }) => name === 'dpop')!
for (let sent = 0; sent < 60_000; sent += 5000) {
  const requests = dpop.requests(5000, await fetchNonce(server.world, caller.call), [])
  await saturate(caller, requests, 32, (a) => { if (!isExpected(a, 'ok')) throw new Error('refused') })
  if (sent % 20000 === 0) await show(`after ${sent+5000}`)
}
await new Promise(r=>setTimeout(r,12000))
await show('rest')
await server.stop()
process.exit(0)
