BEGIN TRANSACTION;
CREATE TABLE agreement (
	"key" TEXT NOT NULL, 
	signatory TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_agreement PRIMARY KEY ("key")
);
INSERT INTO "agreement" VALUES('00000000-0000-4000-8000-000000000001','99001',1,1,'{"agreement_id":"00000000-0000-4000-8000-000000000001","kind":"KENNISNET_OSR","period":{"start":"2020-01-01"},"signatory":"99001"}');
INSERT INTO "agreement" VALUES('00000000-0000-4000-8000-000000000002','99001',1,1,'{"agreement_id":"00000000-0000-4000-8000-000000000002","kind":"OSO","period":{"start":"2020-01-01"},"signatory":"99001"}');
INSERT INTO "agreement" VALUES('00000000-0000-4000-8000-000000000003','99001',1,1,'{"agreement_id":"00000000-0000-4000-8000-000000000003","kind":"OSO_SWV_EXTENSION","period":{"start":"2020-01-01"},"signatory":"99001"}');
INSERT INTO "agreement" VALUES('00000000-0000-4000-8000-00000000000a','00000003990000110000',1,1,'{"agreement_id":"00000000-0000-4000-8000-00000000000a","kind":"VENDOR_OSR","period":{"start":"2020-01-01"},"signatory":"00000003990000110000"}');
INSERT INTO "agreement" VALUES('00000000-0000-4000-8000-00000000000b','00000003990000110000',1,1,'{"agreement_id":"00000000-0000-4000-8000-00000000000b","kind":"VENDOR_OSO","period":{"start":"2020-01-01"},"signatory":"00000003990000110000"}');
CREATE TABLE board (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_board PRIMARY KEY ("key")
);
INSERT INTO "board" VALUES('99001',5,1,'{"name":"Bestuur Één","number":"99001"}');
CREATE TABLE endpoint (
	"key" TEXT NOT NULL, 
	mandate_id TEXT NOT NULL, 
	organisation TEXT NOT NULL, 
	service TEXT NOT NULL, 
	system_id TEXT NOT NULL, 
	routing_key TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_endpoint PRIMARY KEY ("key")
);
INSERT INTO "endpoint" VALUES('00000000-0000-4000-8000-00000000000f','00000000-0000-4000-8000-00000000000e','99XA','OSO_OV','las-noord','0000000700099XA00001',4,4,'{"attribute":"LAS","endpoint_id":"00000000-0000-4000-8000-00000000000f","mandate_id":"00000000-0000-4000-8000-00000000000e","organisation":"99XA","period":{"start":"2026-03-02"},"routing_key":"0000000700099XA00001","service":"OSO_OV","system_id":"las-noord","url":"https://las.noord.example:8443","version":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910"}');
CREATE TABLE event_subject (
	subject TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	seq INTEGER NOT NULL, 
	CONSTRAINT pk_event_subject PRIMARY KEY (subject, revision, seq)
);
INSERT INTO "event_subject" VALUES('board:99001',1,1);
INSERT INTO "event_subject" VALUES('board:99001',1,2);
INSERT INTO "event_subject" VALUES('organisation:99XA',1,2);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,3);
INSERT INTO "event_subject" VALUES('party:00000003990000110000',1,4);
INSERT INTO "event_subject" VALUES('party:00000003990000120000',1,5);
INSERT INTO "event_subject" VALUES('party:00000003990000110000',1,6);
INSERT INTO "event_subject" VALUES('system:las-noord',1,6);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,7);
INSERT INTO "event_subject" VALUES('system:las-noord',1,7);
INSERT INTO "event_subject" VALUES('board:99001',1,8);
INSERT INTO "event_subject" VALUES('board:99001',1,9);
INSERT INTO "event_subject" VALUES('board:99001',1,10);
INSERT INTO "event_subject" VALUES('party:00000003990000110000',1,11);
INSERT INTO "event_subject" VALUES('party:00000003990000110000',1,12);
INSERT INTO "event_subject" VALUES('party:00000003272448340204',2,1);
INSERT INTO "event_subject" VALUES('service:OSO_OV',2,1);
INSERT INTO "event_subject" VALUES('organisation:99XA',3,1);
INSERT INTO "event_subject" VALUES('service:OSO_OV',3,1);
INSERT INTO "event_subject" VALUES('system:las-noord',3,1);
INSERT INTO "event_subject" VALUES('organisation:99XA',4,1);
INSERT INTO "event_subject" VALUES('service:OSO_OV',4,1);
INSERT INTO "event_subject" VALUES('system:las-noord',4,1);
INSERT INTO "event_subject" VALUES('board:99001',5,1);
CREATE TABLE head (
	id INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	recorded_time DATETIME NOT NULL, 
	CONSTRAINT pk_head PRIMARY KEY (id), 
	CONSTRAINT ck_head_single_row CHECK (id = 1)
);
INSERT INTO "head" VALUES(1,5,'2026-03-02 12:00:00.000000');
CREATE TABLE mandate (
	"key" TEXT NOT NULL, 
	organisation TEXT NOT NULL, 
	service TEXT NOT NULL, 
	system_id TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_mandate PRIMARY KEY ("key")
);
INSERT INTO "mandate" VALUES('00000000-0000-4000-8000-00000000000e','99XA','OSO_OV','las-noord',3,3,'{"created":"2026-03-02T12:00:00+00:00","mandate_id":"00000000-0000-4000-8000-00000000000e","organisation":"99XA","period":{"start":"2026-03-02"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}');
CREATE TABLE party (
	"key" TEXT NOT NULL, 
	role TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_party PRIMARY KEY ("key")
);
INSERT INTO "party" VALUES('00000003990000110000','VENDOR',1,1,'{"name":"Noord","oin":"00000003990000110000","role":"VENDOR"}');
INSERT INTO "party" VALUES('00000003990000120000','VENDOR',1,1,'{"name":"Zuid","oin":"00000003990000120000","role":"VENDOR"}');
CREATE TABLE qualification (
	"key" TEXT NOT NULL, 
	system_id TEXT NOT NULL, 
	service TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_qualification PRIMARY KEY ("key")
);
INSERT INTO "qualification" VALUES('las-noord/OSO_OV','las-noord','OSO_OV',1,1,'{"qualified":true,"rollout":"OPEN","service":"OSO_OV","system_id":"las-noord"}');
CREATE TABLE registry_event (
	revision BIGINT NOT NULL, 
	seq INTEGER NOT NULL, 
	recorded_time DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	person TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	method TEXT NOT NULL, 
	entity TEXT NOT NULL, 
	entity_id TEXT NOT NULL, 
	"before" TEXT, 
	"after" TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	CONSTRAINT pk_registry_event PRIMARY KEY (revision, seq)
);
INSERT INTO "registry_event" VALUES(1,1,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','board','99001',NULL,'{"name":"Bestuur Een","number":"99001"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,2,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','school','99XA',NULL,'{"board":"99001","brin":"99XA","locations":[{"name":"School 99XA","source":"OPERATOR","vestiging":"99XA00"},{"name":"School 99XA","source":"OPERATOR","vestiging":"99XA02"}],"source":"OPERATOR"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,3,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','samenwerkingsverband','PO9901',NULL,'{"code":"PO9901","name":"SWV Een","oin":"00000003990000010000"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,4,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','party','00000003990000110000',NULL,'{"name":"Noord","oin":"00000003990000110000","role":"VENDOR"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,5,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','party','00000003990000120000',NULL,'{"name":"Zuid","oin":"00000003990000120000","role":"VENDOR"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,6,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','system','las-noord',NULL,'{"name":"Noord LAS","party":"00000003990000110000","system_id":"las-noord"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,7,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','qualification','las-noord/OSO_OV',NULL,'{"qualified":true,"rollout":"OPEN","service":"OSO_OV","system_id":"las-noord"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,8,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','agreement','00000000-0000-4000-8000-000000000001',NULL,'{"agreement_id":"00000000-0000-4000-8000-000000000001","kind":"KENNISNET_OSR","period":{"start":"2020-01-01"},"signatory":"99001"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,9,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','agreement','00000000-0000-4000-8000-000000000002',NULL,'{"agreement_id":"00000000-0000-4000-8000-000000000002","kind":"OSO","period":{"start":"2020-01-01"},"signatory":"99001"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,10,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','agreement','00000000-0000-4000-8000-000000000003',NULL,'{"agreement_id":"00000000-0000-4000-8000-000000000003","kind":"OSO_SWV_EXTENSION","period":{"start":"2020-01-01"},"signatory":"99001"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,11,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','agreement','00000000-0000-4000-8000-00000000000a',NULL,'{"agreement_id":"00000000-0000-4000-8000-00000000000a","kind":"VENDOR_OSR","period":{"start":"2020-01-01"},"signatory":"00000003990000110000"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(1,12,'2026-03-02 12:00:00.000000','00000003999900000000','medewerker','aangemeld','wissel.test.v1.TestService/Change','agreement','00000000-0000-4000-8000-00000000000b',NULL,'{"agreement_id":"00000000-0000-4000-8000-00000000000b","kind":"VENDOR_OSO","period":{"start":"2020-01-01"},"signatory":"00000003990000110000"}','00000000-0000-0000-0000-000000000009');
INSERT INTO "registry_event" VALUES(2,1,'2026-03-02 12:00:00.000000','00000003999900000000','','','wissel.test.v1.TestService/Change','service','OSO_OV',NULL,'{"board_agreements":["KENNISNET_OSR","OSO"],"code":"OSO_OV","forwardable":true,"name":"OSO Overstap","owner":"00000003272448340204","sectors":["PO","VO"],"vendor_agreements":["VENDOR_OSR","VENDOR_OSO"],"versions":[{"namespace":"http://xml.kennisnet.nl/schemas/Overstapservice/20180404","period":{"start":"2018-04-04"}},{"namespace":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910","period":{"start":"2020-09-10"}}]}','');
INSERT INTO "registry_event" VALUES(3,1,'2026-03-02 12:00:00.000000','00000003990000990000','','','test','mandate','00000000-0000-4000-8000-00000000000e',NULL,'{"created":"2026-03-02T12:00:00+00:00","mandate_id":"00000000-0000-4000-8000-00000000000e","organisation":"99XA","period":{"start":"2026-03-02"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(4,1,'2026-03-02 12:00:00.000000','00000003990000990000','','','test','endpoint','00000000-0000-4000-8000-00000000000f',NULL,'{"attribute":"LAS","endpoint_id":"00000000-0000-4000-8000-00000000000f","mandate_id":"00000000-0000-4000-8000-00000000000e","organisation":"99XA","period":{"start":"2026-03-02"},"routing_key":"0000000700099XA00001","service":"OSO_OV","system_id":"las-noord","url":"https://las.noord.example:8443","version":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910"}','');
INSERT INTO "registry_event" VALUES(5,1,'2026-03-02 12:00:00.000000','00000003999900000000','','hernoemd','wissel.test.v1.TestService/Change','board','99001','{"name":"Bestuur Een","number":"99001"}','{"name":"Bestuur Één","number":"99001"}','');
INSERT INTO "registry_event" VALUES(5,2,'2026-03-02 12:00:00.000000','00000003999900000000','','hernoemd','wissel.test.v1.TestService/Change','revocation','SPKI_SHA256:abababababababababababababababababababababababababababababababab',NULL,'{"target":"SPKI_SHA256","value":"abababababababababababababababababababababababababababababababab"}','');
CREATE TABLE registry_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT registry_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "registry_schema" VALUES('0001');
CREATE TABLE request_answer (
	caller_oin TEXT NOT NULL, 
	method TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	body_sha256 BLOB NOT NULL, 
	revision BIGINT NOT NULL, 
	response BLOB NOT NULL, 
	recorded_time DATETIME NOT NULL, 
	CONSTRAINT pk_request_answer PRIMARY KEY (caller_oin, method, request_id)
);
INSERT INTO "request_answer" VALUES('00000003999900000000','wissel.test.v1.TestService/Change','00000000-0000-0000-0000-000000000009',X'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',1,X'00616E73776572','2026-03-02 12:00:00.000000');
CREATE TABLE revocation (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_revocation PRIMARY KEY ("key")
);
INSERT INTO "revocation" VALUES('SPKI_SHA256:abababababababababababababababababababababababababababababababab',5,5,'{"target":"SPKI_SHA256","value":"abababababababababababababababababababababababababababababababab"}');
CREATE TABLE samenwerkingsverband (
	"key" TEXT NOT NULL, 
	oin TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_samenwerkingsverband PRIMARY KEY ("key")
);
INSERT INTO "samenwerkingsverband" VALUES('PO9901','00000003990000010000',1,1,'{"code":"PO9901","name":"SWV Een","oin":"00000003990000010000"}');
CREATE TABLE school (
	"key" TEXT NOT NULL, 
	board TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_school PRIMARY KEY ("key")
);
INSERT INTO "school" VALUES('99XA','99001',1,1,'{"board":"99001","brin":"99XA","locations":[{"name":"School 99XA","source":"OPERATOR","vestiging":"99XA00"},{"name":"School 99XA","source":"OPERATOR","vestiging":"99XA02"}],"source":"OPERATOR"}');
CREATE TABLE service (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_service PRIMARY KEY ("key")
);
INSERT INTO "service" VALUES('OSO_OV',2,2,'{"board_agreements":["KENNISNET_OSR","OSO"],"code":"OSO_OV","forwardable":true,"name":"OSO Overstap","owner":"00000003272448340204","sectors":["PO","VO"],"vendor_agreements":["VENDOR_OSR","VENDOR_OSO"],"versions":[{"namespace":"http://xml.kennisnet.nl/schemas/Overstapservice/20180404","period":{"start":"2018-04-04"}},{"namespace":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910","period":{"start":"2020-09-10"}}]}');
CREATE TABLE source_report (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_source_report PRIMARY KEY ("key")
);
CREATE TABLE system (
	"key" TEXT NOT NULL, 
	party TEXT NOT NULL, 
	oin TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_system PRIMARY KEY ("key")
);
INSERT INTO "system" VALUES('las-noord','00000003990000110000','00000003990000110000',1,1,'{"name":"Noord LAS","party":"00000003990000110000","system_id":"las-noord"}');
CREATE INDEX ix_registry_event_entity_entity_id_revision ON registry_event (entity, entity_id, revision);
CREATE INDEX ix_request_answer_recorded_time ON request_answer (recorded_time);
CREATE INDEX ix_school_board ON school (board);
CREATE INDEX ix_samenwerkingsverband_oin ON samenwerkingsverband (oin);
CREATE INDEX ix_agreement_signatory ON agreement (signatory);
CREATE INDEX ix_party_role ON party (role);
CREATE INDEX ix_system_party ON system (party);
CREATE INDEX ix_system_oin ON system (oin);
CREATE INDEX ix_qualification_system_id ON qualification (system_id);
CREATE INDEX ix_qualification_service ON qualification (service);
CREATE INDEX ix_mandate_organisation ON mandate (organisation);
CREATE INDEX ix_mandate_service ON mandate (service);
CREATE INDEX ix_mandate_system_id ON mandate (system_id);
CREATE INDEX ix_endpoint_mandate_id ON endpoint (mandate_id);
CREATE INDEX ix_endpoint_organisation ON endpoint (organisation);
CREATE INDEX ix_endpoint_service ON endpoint (service);
CREATE INDEX ix_endpoint_system_id ON endpoint (system_id);
CREATE INDEX ix_endpoint_routing_key ON endpoint (routing_key);
COMMIT;
