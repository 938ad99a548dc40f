// A server to work on the pages without Python: the contract's SDL over the real district results, scaled to a part of the
// night, with updates every second. Serves dist/ too. Not part of the build.
//   node dev/mock-server.mjs [--port 8124] [--progress 0.31] [--still] [--phase VOTING] [--data ../data/bkk2022-sources]
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSchema, graphql } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "8124" },
    progress: { type: "string", default: "0.31" },
    still: { type: "boolean", default: false },
    phase: { type: "string", default: "COUNTING" },
    data: { type: "string" },
  },
});

const served = join(web, "../gql/schema/schema.graphql");
const drafted = [join(web, "../docs/contract.graphql"), join(web, "dev/additions.graphql")];
const schema = buildSchema((existsSync(served) ? [served] : drafted).map((path) => readFileSync(path, "utf8")).join("\n"));

function table(name) {
  const [head, ...lines] = readFileSync(join(options.data, name), "utf8").replace(/^\uFEFF/, "").trim().split(/\r?\n/);
  const keys = head.split(",");
  return lines.map((line) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, "").replace(/^"|"$/g, ""));
    return Object.fromEntries(keys.map((key, i) => [key, cells[i] ?? ""]));
  });
}

const COLORS = { 8: "#0a7d4f", 4: "#1678b8", 1: "#d95f0c", 3: "#4a43c4", 6: "#c02a7a", 7: "#8b6e00", 11: "#8440a8", 5: "#7d5433", 2: "#0b7f88" };
const PARTY = { พรรคเพื่อไทย: "#d02030", พรรคก้าวไกล: "#d95f0c", พรรคประชาธิปัตย์: "#1678b8", พรรคพลังประชารัฐ: "#1f3f78", พรรคไทยสร้างไทย: "#8440a8" };
const english = { 8: "Chadchart Sittipunt", 4: "Suchatvee Suwansawat", 1: "Wiroj Lakkhanaadisorn", 3: "Sakoltee Phattiyakul", 6: "Aswin Kwanmuang", 7: "Rosana Tositrakul", 11: "Sita Divari" };

const districts = table("areas.csv").filter((row) => row.level === "district");
const city = area("bkk-2022/10", "CITY", "กรุงเทพมหานคร", "Bangkok", 6817);
const areas = districts.map((row) => area(`bkk-2022/${row.code}`, "DISTRICT", row.name_th, row.name_en, 100 + (Number(row.code) * 37) % 80));
city.children = areas;
city.stationsTotal = areas.reduce((sum, one) => sum + one.stationsTotal, 0);

function area(id, level, th, en, stationsTotal) {
  return { id, level, name: ({ lang }) => (lang === "EN" ? en : th), stationsTotal, children: [], parent: null };
}

function candidate(contest, number, nameTh, nameEn, shortTh, party, color) {
  const shown = party.replace(/^พรรค/, "");
  return {
    id: `${contest}/${number}`, ballotNumber: number, color, votes: {},
    name: ({ lang }) => (lang === "EN" ? nameEn : nameTh), shortName: ({ lang }) => (lang === "EN" ? nameEn.split(" ")[0] : shortTh),
    party: () => (shown === "อิสระ" ? null : shown),
  };
}

const election = {
  id: "bkk-2022", phase: options.phase, isTest: false, pollsCloseAt: "2022-05-22T17:00:00+07:00", timeZone: "Asia/Bangkok", ruleset: "1",
  name: ({ lang }) => (lang === "EN" ? "Bangkok governor and council election" : "เลือกตั้งผู้ว่าราชการและสมาชิกสภากรุงเทพมหานคร"),
  notice: ({ lang }) => (lang === "EN" ? "Reconstructed data, not a live result. District figures are the real ones of 22 May 2022; stations and times were made up." : "ข้อมูลจำลองย้อนหลัง ไม่ใช่ผลสด ตัวเลขรายเขตคือผลจริงของวันที่ 22 พฤษภาคม 2565 ส่วนรายหน่วยและเวลาสร้างขึ้น"),
  stationsTotal: () => city.stationsTotal, registeredVoters: 4402948, lastReportAt: () => at(), countedUntil: () => at(), cursor: () => String(tick), areas: () => areas,
};
const governor = {
  id: "bkk-2022/governor", office: "governor", seats: 1, area: city, election, name: () => "ผู้ว่าราชการ",
  candidates: table("candidates_governor.csv").map((row) => {
    const title = /^(นาย|นางสาว|นาง|พ\.ท\.หญิง|พล\.ต\.อ\.|พล\.อ\.|ดร\.|น\.ต\.|พล\.ต\.ท\.)\s*/;
    const number = Number(row.number);
    return candidate("bkk-2022/governor", number, row.name_th.replace(title, ""), english[number] ?? row.name_th.replace(title, ""), row.short_name_th, row.party_or_group, COLORS[number] ?? "#6d757b");
  }),
};
const council = areas.map((one) => ({ id: `bkk-2022/council/${one.id.slice(-4)}`, office: "council", seats: 1, area: one, election, name: ({ lang }) => (lang === "EN" ? "City council" : "สมาชิกสภากรุงเทพมหานคร"), candidates: [] }));
const contests = [governor, ...council];
election.contests = ({ office }) => contests.filter((one) => !office || one.office === office);

for (const row of table("results_governor_by_district.csv")) governor.candidates.find((one) => one.ballotNumber === Number(row.candidate_number)).votes[`bkk-2022/${row.district_code}`] = Number(row.votes_reconciled);
for (const row of table("results_council_by_district.csv")) {
  const contest = council.find((one) => one.id.endsWith(row.district_code));
  const made = candidate(contest.id, Number(row.candidate_number), row.candidate_name_th, row.candidate_name_th, row.candidate_name_th, row.party_or_group, PARTY[row.party_or_group] ?? "#6d757b");
  made.votes[contest.area.id] = Number(row.votes_reconciled);
  contest.candidates.push(made);
}
for (const contest of contests) for (const one of contest.candidates) one.contest = contest;

let tick = 0;
const base = Number(options.progress);
const at = () => new Date(Date.parse("2022-05-22T22:49:00+07:00") + tick * 1000).toISOString();
// Districts come in unevenly; candidates' shares shift a little as they do.
const share = (code) => (base >= 1 ? 1 : Math.min(1, Math.max(0, base * (0.3 + ((Number(code) * 7919) % 100) / 60) + (tick * ((Number(code) * 31) % 7)) / 6000)));

function counted(contest, one) {
  const part = share(one.id.slice(-4));
  const rows = contest.candidates.map((who) => ({ candidate: who, votes: Math.floor((who.votes[one.id] ?? 0) * part ** (1 + (who.ballotNumber % 5) / 40)) }));
  const reporting = Math.floor(one.stationsTotal * part);
  return { rows, reporting, final: base >= 1 ? reporting : Math.floor(reporting * 0.93), total: one.stationsTotal };
}

function result(contest, one) {
  const parts = (one === city ? areas : [one]).map((each) => counted(contest, each));
  const rows = contest.candidates.map((who, i) => ({ candidate: who, votes: parts.reduce((sum, part) => sum + part.rows[i].votes, 0) }));
  rows.sort((a, b) => b.votes - a.votes || a.candidate.ballotNumber - b.candidate.ballotNumber);
  const sum = (key) => parts.reduce((total, part) => total + part[key], 0);
  const valid = rows.reduce((total, row) => total + row.votes, 0);
  const [reporting, final, total] = [sum("reporting"), sum("final"), sum("total")];
  const margin = rows[0].votes - (rows[1]?.votes ?? 0);
  const ballotsAtMost = (total - final) * 640;
  return {
    contest, area: one, cursor: String(tick), margin: margin || null, decided: margin > ballotsAtMost,
    status: final === total ? "UNOFFICIAL_COMPLETE" : reporting ? "UNOFFICIAL_PARTIAL" : "PRE_ELECTION",
    rows: rows.map((row) => ({ ...row, share: valid ? row.votes / valid : 0, rank: 1 + rows.filter((other) => other.votes > row.votes).length, leading: row === rows[0] })),
    validBallots: valid, invalidBallots: Math.round(valid * 0.0156), noVoteBallots: Math.round(valid * 0.0282), ballotsCast: Math.round(valid * 1.0438),
    registeredVoters: total * 646, turnout: reporting ? (valid * 1.0438) / (reporting * 646) : null,
    stationsTotal: total, stationsReporting: reporting, stationsFinal: final, stationsDisputed: reporting && final < total ? 4 : 0, stationsIncomplete: 0,
    outstanding: { stations: total - final, ballotsAtMost, heldTallies: final < total ? 7 : 0 }, updatedAt: at(),
  };
}

const wanted = ({ contestIds, areaIds }) =>
  contests.filter((one) => !contestIds || contestIds.includes(one.id)).flatMap((one) => (one === governor ? [city, ...areas] : [one.area]).filter((where) => !areaIds || areaIds.includes(where.id)).map((where) => result(one, where)));

async function* resultUpdates(args) {
  const update = (kind, results) => ({ resultUpdates: { kind, results, cursor: String(tick), reset: false, conflated: false, isTest: false, lastReportAt: at(), countedUntil: at(), sentAt: new Date().toISOString() } });
  yield update(args.after ? "DELTA" : "SNAPSHOT", wanted(args));
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, options.still ? 15000 : 1000));
    if (!options.still) tick += 1;
    yield options.still ? update("HEARTBEAT", []) : update("DELTA", wanted(args));
  }
}

async function* tallyReports() {
  const kinds = ["ACCEPTED", "ACCEPTED", "HELD", "ACCEPTED", "CORRECTED"];
  for (let sequence = 4100; !options.still; sequence += 1) {
    const one = areas[(sequence * 17) % areas.length];
    const kind = kinds[sequence % 5];
    const tally = kind === "HELD" ? null : { coverage: sequence % 3 ? "FINAL" : "PARTIAL", confirmations: 0, countedAt: at(), validBallots: 380 + (sequence % 90) };
    yield { tallyReports: { sequence, cursor: String(sequence), kind, recordedAt: at(), contest: governor, tally, previous: kind === "CORRECTED" ? { validBallots: 401 } : null, reason: null, ruleset: "1", station: { id: "s", number: 1 + (sequence % 60), area: { ...one, parent: city } } } };
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}

const root = {
  elections: [election], election: () => election, contest: ({ id }) => contests.find((one) => one.id === id),
  result: ({ contestId, areaId }) => wanted({ contestIds: [contestId], areaIds: areaId ? [areaId] : null })[0], results: wanted,
  resultUpdates, tallyReports,
};
const CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json" };

const server = createServer(async (request, response) => {
  if (request.url.startsWith("/graphql") && request.method === "POST") {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks).toString());
    const answer = await graphql({ schema, source: query, rootValue: root, variableValues: variables, operationName });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    return;
  }
  const path = new URL(request.url, "http://local").pathname;
  const file = join(web, "dist", path === "/" ? "index.html" : path === "/graphql" ? "graphiql.html" : path);
  if (!existsSync(file)) return void response.writeHead(404).end();
  const policy = path === "/graphql" ? CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'") : CSP;
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": policy }).end(readFileSync(file));
});
useServer({ schema, roots: { query: root, subscription: root } }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(Number(options.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${options.port}/`));
