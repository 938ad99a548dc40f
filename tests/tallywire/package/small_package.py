"""A small election package on disk that a test breaks in one place."""

from pathlib import Path

from tallywire.package import PackageFaults, read_package

FILES = {
    "election.toml": """\
id = "small-1"
is_test = true
polls_close_at = 2022-05-22T17:00:00+07:00
time_zone = "Asia/Bangkok"

[name]
th = "เลือกตั้งเล็ก"
en = "A small election"

[rules]
version = "small.1"
""",
    "areas.csv": """\
code,level,parent,name_th,name_en
10,CITY,,เมือง,City
1001,DISTRICT,10,เขตหนึ่ง,
1002,DISTRICT,10,เขตสอง,Two
""",
    "contests.csv": """\
code,office,name_th,name_en,area,seats,voting_variation,votes_per_ballot
mayor,mayor,นายกเทศมนตรี,Mayor,10,1,PLURALITY,1
council-1001,council,สภา,Council,1001,2,N_OF_M,2
""",
    "candidates.csv": """\
contest,ballot_number,name_th,name_en,short_name_th,short_name_en,party_th,party_en,color
mayor,2,สอง,Two,ส.,T.,พรรค,Party,#0A7D4F
mayor,1,หนึ่ง,,,,,,#6d757b
council-1001,1,กอ,,,,,,#6d757b
council-1001,2,ขอ,,,,,,#6d757b
""",
    "stations.csv": """\
code,area,number,location_th,location_en
s1,1001,1,วัด,Temple
s2,1002,1,โรงเรียน,
""",
    "registers.csv": """\
station,contest,registered_voters
s1,mayor,500
s1,council-1001,490
s2,mayor,600
""",
    "official.csv": """\
contest,area,item,ballot_number,value
mayor,10,votes,1,300
mayor,10,votes,2,200
""",
    "station_counts.csv": """\
station,contest,invalid_ballots,no_vote_ballots,votes
s1,mayor,3,4,100 200
s1,council-1001,1,2,300 250
s2,mayor,0,0,200 0
""",
    "SOURCES.md": "Made up for tests.\n",
}


class SmallPackage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            (folder / name).write_bytes(text.encode())

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_bytes().decode()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.folder / file).write_bytes(text.replace(old, new).encode())

    def write(self, file: str, data: bytes) -> None:
        (self.folder / file).write_bytes(data)

    def add(self, file: str, line: str) -> None:
        with (self.folder / file).open("ab") as out:
            out.write(f"{line}\n".encode())

    def faults(self) -> list[str]:
        """Every fault of the package as it prints; empty where it reads well."""
        try:
            read_package(self.folder)
        except PackageFaults as found:
            return [str(fault) for fault in found.faults]
        return []
