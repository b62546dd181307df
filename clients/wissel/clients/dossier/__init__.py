"""The dossier itself: reading, checking and showing an OSO gegevensset 2019.1.

    with open("dossier.xml", "rb") as file:
        report = check(file.read(), schema=Schema.of_folder(Path("gegevensset")))
    for finding in report.findings:
        print(finding.line, finding.rule, finding.sentence)

Needs the extra `dossier` (lxml).
"""
