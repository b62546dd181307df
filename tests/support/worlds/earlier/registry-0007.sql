BEGIN TRANSACTION;
CREATE TABLE agreement (
	"key" TEXT NOT NULL, 
	signatory TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, signer TEXT DEFAULT '' NOT NULL, last_day TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_agreement PRIMARY KEY ("key")
);
INSERT INTO "agreement" VALUES('0b40d379-9c5a-52a3-ad2f-ab67f2cd5613','00000003990000030000',1,1,'{"agreement_id":"0b40d379-9c5a-52a3-ad2f-ab67f2cd5613","kind":"VENDOR_OSR","period":{"start":"2026-08-01"},"signatory":"00000003990000030000"}','','9999-12-31');
INSERT INTO "agreement" VALUES('5436c7f1-06cb-543d-b21a-d88dc76016f6','00000003990000030000',1,1,'{"agreement_id":"5436c7f1-06cb-543d-b21a-d88dc76016f6","kind":"VENDOR_OSO","period":{"start":"2026-08-01"},"signatory":"00000003990000030000"}','','9999-12-31');
INSERT INTO "agreement" VALUES('c37469cd-9bef-5cdc-a364-57fe0ac18f68','00000003990000040000',1,1,'{"agreement_id":"c37469cd-9bef-5cdc-a364-57fe0ac18f68","kind":"VENDOR_OSR","period":{"start":"2026-08-01"},"signatory":"00000003990000040000"}','','9999-12-31');
INSERT INTO "agreement" VALUES('aa98e050-023e-57a3-8bd1-342c361afb82','00000003990000040000',1,1,'{"agreement_id":"aa98e050-023e-57a3-8bd1-342c361afb82","kind":"VENDOR_OSO","period":{"start":"2026-08-01"},"signatory":"00000003990000040000"}','','9999-12-31');
INSERT INTO "agreement" VALUES('eae3b382-1e9f-592e-9282-ac315625babf','99001',1,1,'{"agreement_id":"eae3b382-1e9f-592e-9282-ac315625babf","kind":"KENNISNET_OSR","period":{"start":"2026-08-01"},"signatory":"99001"}','','9999-12-31');
INSERT INTO "agreement" VALUES('abb6890c-8d1b-5ec3-904c-043ff7aafea2','99001',1,1,'{"agreement_id":"abb6890c-8d1b-5ec3-904c-043ff7aafea2","kind":"OSO","period":{"start":"2026-08-01"},"signatory":"99001"}','','9999-12-31');
INSERT INTO "agreement" VALUES('7624d953-2b56-5f6e-a1c5-f3a12e90ab50','99001',1,1,'{"agreement_id":"7624d953-2b56-5f6e-a1c5-f3a12e90ab50","kind":"OSO_SWV_EXTENSION","period":{"start":"2026-08-01"},"signatory":"99001"}','','9999-12-31');
INSERT INTO "agreement" VALUES('90e5f1a9-6641-561f-9bcc-8366838d6a99','99002',1,1,'{"agreement_id":"90e5f1a9-6641-561f-9bcc-8366838d6a99","kind":"KENNISNET_OSR","period":{"start":"2026-08-01"},"signatory":"99002"}','','9999-12-31');
INSERT INTO "agreement" VALUES('8270f057-c7f5-5877-b261-274d00d8bd3b','99002',1,1,'{"agreement_id":"8270f057-c7f5-5877-b261-274d00d8bd3b","kind":"OSO","period":{"start":"2026-08-01"},"signatory":"99002"}','','9999-12-31');
INSERT INTO "agreement" VALUES('343f9db5-65ab-59ce-a4f7-f85b1819f61e','99002',1,1,'{"agreement_id":"343f9db5-65ab-59ce-a4f7-f85b1819f61e","kind":"OSO_SWV_EXTENSION","period":{"start":"2026-08-01"},"signatory":"99002"}','','9999-12-31');
INSERT INTO "agreement" VALUES('24ede586-8c28-5c30-bba6-e6648f172fa1','PO9901',1,1,'{"agreement_id":"24ede586-8c28-5c30-bba6-e6648f172fa1","kind":"KENNISNET_OSR","period":{"start":"2026-08-01"},"signatory":"PO9901"}','','9999-12-31');
INSERT INTO "agreement" VALUES('65f9c16c-1425-5d1e-940e-2f2061e122e2','PO9901',1,1,'{"agreement_id":"65f9c16c-1425-5d1e-940e-2f2061e122e2","kind":"OSO","period":{"start":"2026-08-01"},"signatory":"PO9901"}','','9999-12-31');
INSERT INTO "agreement" VALUES('dc61e57b-bec2-5305-8ce6-f59db3b046a7','PO9901',1,1,'{"agreement_id":"dc61e57b-bec2-5305-8ce6-f59db3b046a7","kind":"OSO_SWV_EXTENSION","period":{"start":"2026-08-01"},"signatory":"PO9901"}','','9999-12-31');
INSERT INTO "agreement" VALUES('e5b04765-2724-5c9c-94e0-60f13bd6c22e','99001',4,4,'{"acceptance":"the acceptance","accepted":"2026-09-01T12:00:00+00:00","agreement_id":"e5b04765-2724-5c9c-94e0-60f13bd6c22e","kind":"VENDOR_OSO","language":"the language","only_with":"VENDOR_OSO","paper":"the paper","period":{"end":"2027-07-31","start":"2026-08-01"},"predecessor":"99001","requested":true,"signatory":"99001","signed":"2027-07-31","signer":"the signer","status":"MIGRATED","text":"the text","text_version":"the text version"}','the signer','2027-07-31');
CREATE TABLE agreement_acceptance (
	agreement_id TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	signed BLOB NOT NULL, 
	CONSTRAINT pk_agreement_acceptance PRIMARY KEY (agreement_id)
);
CREATE TABLE agreement_document (
	sha256 TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_agreement_document PRIMARY KEY (sha256)
);
CREATE TABLE agreement_text (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_agreement_text PRIMARY KEY ("key")
);
INSERT INTO "agreement_text" VALUES('the digest',4,4,'{"categories":["the categories"],"counterparty":"the counterparty","digest":"the digest","kind":"VENDOR_OSO","language":"the language","media_type":"the media type","notice":"the notice","notice_type":"the notice type","registered":"2026-09-01T12:00:00+00:00","renewal":"2027-07-31","size":3,"start":"2027-07-31","version":"the version"}');
CREATE TABLE board (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, kvk TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_board PRIMARY KEY ("key")
);
INSERT INTO "board" VALUES('99001',4,1,'{"kvk":"the kvk","name":"the name","number":"99001"}','the kvk');
INSERT INTO "board" VALUES('99002',1,1,'{"name":"Stichting Twee","number":"99002"}','');
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
INSERT INTO "endpoint" VALUES('1bdbb7af-46ac-5903-a564-61c245b33d11','f2afaf42-812f-5f60-bb8c-664f60a50db2','99XA','OSO_OV','las-noord','0000000700099XA00001',2,1,'{"attribute":"LAS","endpoint_id":"1bdbb7af-46ac-5903-a564-61c245b33d11","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"start":"2026-08-01"},"routing_key":"0000000700099XA00001","service":"OSO_OV","suspended":true,"system_id":"las-noord","url":"https://las-noord.example:8443","version":"urn:wissel:oso-ov:2026"}');
INSERT INTO "endpoint" VALUES('987fe269-2367-5778-9965-45f90a56352d','0d879b6d-c455-57e2-8688-845d6f4cd4d3','99XB','OSO_OV','las-noord','0000000700099XB00001',1,1,'{"aanleverpunt":"0","attribute":"LAS","endpoint_id":"987fe269-2367-5778-9965-45f90a56352d","mandate_id":"0d879b6d-c455-57e2-8688-845d6f4cd4d3","organisation":"99XB","period":{"start":"2026-08-01"},"routing_key":"0000000700099XB00001","service":"OSO_OV","system_id":"las-noord","url":"https://las-noord.example:8443","version":"urn:wissel:oso-ov:2026","vestiging":"99XB00"}');
INSERT INTO "endpoint" VALUES('90b9e092-2344-5851-a9fc-9fbec3a8914d','06f5139d-e873-5c7c-9633-bbe57a867d9f','99XB','OSO_OV','las-zuid','0000000700099XB00002',1,1,'{"aanleverpunt":"2","attribute":"LAS","endpoint_id":"90b9e092-2344-5851-a9fc-9fbec3a8914d","mandate_id":"06f5139d-e873-5c7c-9633-bbe57a867d9f","organisation":"99XB","period":{"start":"2026-08-01"},"routing_key":"0000000700099XB00002","service":"OSO_OV","system_id":"las-zuid","url":"https://las-zuid.example:8443","version":"urn:wissel:oso-ov:2026","vestiging":"99XB02"}');
INSERT INTO "endpoint" VALUES('2c479d8c-f721-540e-ae4d-f5fafdddf7f5','c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a','99XC','OSO_OV','las-zuid','0000000700099XC00001',1,1,'{"aanleverpunt":"1","attribute":"LAS","endpoint_id":"2c479d8c-f721-540e-ae4d-f5fafdddf7f5","mandate_id":"c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a","organisation":"99XC","period":{"start":"2026-08-01"},"routing_key":"0000000700099XC00001","service":"OSO_OV","system_id":"las-zuid","url":"https://las-zuid.example:8443","version":"urn:wissel:oso-ov:2026","vestiging":"99XC01"}');
INSERT INTO "endpoint" VALUES('860fd40d-baa8-5bd5-b72e-3320b23ff3cc','efa18e4f-4b2a-5c4d-b70c-d3cdb765b959','PO9901','OSO_SWV','las-zuid','00000003990000050001',1,1,'{"attribute":"SWV","endpoint_id":"860fd40d-baa8-5bd5-b72e-3320b23ff3cc","mandate_id":"efa18e4f-4b2a-5c4d-b70c-d3cdb765b959","organisation":"PO9901","period":{"start":"2026-08-01"},"routing_key":"00000003990000050001","service":"OSO_SWV","system_id":"las-zuid","url":"https://las-zuid.example:8443","version":"urn:wissel:oso-swv:2026"}');
INSERT INTO "endpoint" VALUES('5f1433df-177b-563b-a7d7-68f646ad5e46','2ce3efbb-a2fc-57a9-8ff3-8ee00003af00','99XA','OSO_OV','las-noord','0000000700099XA00001',4,4,'{"aanleverpunt":"2","attribute":"LDOS","contract":{"max_payload_bytes":3,"persist_seconds":3,"retry_seconds":3},"endpoint_id":"5f1433df-177b-563b-a7d7-68f646ad5e46","mandate_id":"2ce3efbb-a2fc-57a9-8ff3-8ee00003af00","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"routing_key":"0000000700099XA00001","service":"OSO_OV","stopped":true,"suspended":true,"system_id":"las-noord","unapproved":true,"url":"the url","version":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910","vestiging":"99XA02"}');
CREATE TABLE event_subject (
	subject TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	seq INTEGER NOT NULL, 
	CONSTRAINT pk_event_subject PRIMARY KEY (subject, revision, seq)
);
INSERT INTO "event_subject" VALUES('party:00000003990000010000',1,1);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,1);
INSERT INTO "event_subject" VALUES('party:00000003990000010000',1,2);
INSERT INTO "event_subject" VALUES('service:OSO_SWV',1,2);
INSERT INTO "event_subject" VALUES('party:00000001800866472000',1,3);
INSERT INTO "event_subject" VALUES('service:RIO',1,3);
INSERT INTO "event_subject" VALUES('party:00000001800866472000',1,4);
INSERT INTO "event_subject" VALUES('party:00000003990000010000',1,5);
INSERT INTO "event_subject" VALUES('party:00000003990000030000',1,6);
INSERT INTO "event_subject" VALUES('party:00000003990000040000',1,7);
INSERT INTO "event_subject" VALUES('party:00000003990000030000',1,8);
INSERT INTO "event_subject" VALUES('system:las-noord',1,8);
INSERT INTO "event_subject" VALUES('party:00000003990000030000',1,9);
INSERT INTO "event_subject" VALUES('party:00000003990000030000',1,10);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,11);
INSERT INTO "event_subject" VALUES('system:las-noord',1,11);
INSERT INTO "event_subject" VALUES('service:OSO_SWV',1,12);
INSERT INTO "event_subject" VALUES('system:las-noord',1,12);
INSERT INTO "event_subject" VALUES('service:RIO',1,13);
INSERT INTO "event_subject" VALUES('system:las-noord',1,13);
INSERT INTO "event_subject" VALUES('party:00000003990000040000',1,14);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,14);
INSERT INTO "event_subject" VALUES('party:00000003990000040000',1,15);
INSERT INTO "event_subject" VALUES('party:00000003990000040000',1,16);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,17);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,17);
INSERT INTO "event_subject" VALUES('service:OSO_SWV',1,18);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,18);
INSERT INTO "event_subject" VALUES('service:RIO',1,19);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,19);
INSERT INTO "event_subject" VALUES('board:99001',1,20);
INSERT INTO "event_subject" VALUES('board:99002',1,21);
INSERT INTO "event_subject" VALUES('board:99001',1,22);
INSERT INTO "event_subject" VALUES('organisation:99XA',1,22);
INSERT INTO "event_subject" VALUES('board:99002',1,23);
INSERT INTO "event_subject" VALUES('organisation:99XB',1,23);
INSERT INTO "event_subject" VALUES('board:99002',1,24);
INSERT INTO "event_subject" VALUES('organisation:99XC',1,24);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,25);
INSERT INTO "event_subject" VALUES('board:99001',1,26);
INSERT INTO "event_subject" VALUES('board:99001',1,27);
INSERT INTO "event_subject" VALUES('board:99001',1,28);
INSERT INTO "event_subject" VALUES('board:99002',1,29);
INSERT INTO "event_subject" VALUES('board:99002',1,30);
INSERT INTO "event_subject" VALUES('board:99002',1,31);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,32);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,33);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,34);
INSERT INTO "event_subject" VALUES('organisation:99XA',1,35);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,35);
INSERT INTO "event_subject" VALUES('system:las-noord',1,35);
INSERT INTO "event_subject" VALUES('organisation:99XB',1,36);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,36);
INSERT INTO "event_subject" VALUES('system:las-noord',1,36);
INSERT INTO "event_subject" VALUES('organisation:99XB',1,37);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,37);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,37);
INSERT INTO "event_subject" VALUES('organisation:99XC',1,38);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,38);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,38);
INSERT INTO "event_subject" VALUES('organisation:99XA',1,39);
INSERT INTO "event_subject" VALUES('service:OSO_SWV',1,39);
INSERT INTO "event_subject" VALUES('system:las-noord',1,39);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,40);
INSERT INTO "event_subject" VALUES('service:OSO_SWV',1,40);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,40);
INSERT INTO "event_subject" VALUES('organisation:99XA',1,41);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,41);
INSERT INTO "event_subject" VALUES('system:las-noord',1,41);
INSERT INTO "event_subject" VALUES('organisation:99XB',1,42);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,42);
INSERT INTO "event_subject" VALUES('system:las-noord',1,42);
INSERT INTO "event_subject" VALUES('organisation:99XB',1,43);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,43);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,43);
INSERT INTO "event_subject" VALUES('organisation:99XC',1,44);
INSERT INTO "event_subject" VALUES('service:OSO_OV',1,44);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,44);
INSERT INTO "event_subject" VALUES('organisation:PO9901',1,45);
INSERT INTO "event_subject" VALUES('service:OSO_SWV',1,45);
INSERT INTO "event_subject" VALUES('system:las-zuid',1,45);
INSERT INTO "event_subject" VALUES('organisation:99XA',2,1);
INSERT INTO "event_subject" VALUES('service:OSO_OV',2,1);
INSERT INTO "event_subject" VALUES('system:las-noord',2,1);
INSERT INTO "event_subject" VALUES('organisation:99XA',2,2);
INSERT INTO "event_subject" VALUES('service:OSO_OV',2,2);
INSERT INTO "event_subject" VALUES('system:las-noord',2,2);
INSERT INTO "event_subject" VALUES('board:99001',3,1);
INSERT INTO "event_subject" VALUES('board:99002',3,1);
INSERT INTO "event_subject" VALUES('organisation:99XA',3,1);
INSERT INTO "event_subject" VALUES('board:99001',4,1);
INSERT INTO "event_subject" VALUES('board:99001',4,2);
INSERT INTO "event_subject" VALUES('board:99002',4,2);
INSERT INTO "event_subject" VALUES('organisation:99XA',4,2);
INSERT INTO "event_subject" VALUES('organisation:PO9901',4,3);
INSERT INTO "event_subject" VALUES('board:99001',4,5);
INSERT INTO "event_subject" VALUES('party:0000000700099XA00000',4,6);
INSERT INTO "event_subject" VALUES('party:00000003990000030000',4,7);
INSERT INTO "event_subject" VALUES('party:0000000700099XA00000',4,7);
INSERT INTO "event_subject" VALUES('system:las-noord',4,7);
INSERT INTO "event_subject" VALUES('service:OSO_OV',4,8);
INSERT INTO "event_subject" VALUES('system:las-noord',4,8);
INSERT INTO "event_subject" VALUES('party:00000003990000010000',4,9);
INSERT INTO "event_subject" VALUES('party:0000000700099XA00000',4,9);
INSERT INTO "event_subject" VALUES('service:OSO_OV',4,9);
INSERT INTO "event_subject" VALUES('organisation:99XA',4,10);
INSERT INTO "event_subject" VALUES('service:OSO_OV',4,10);
INSERT INTO "event_subject" VALUES('system:las-noord',4,10);
INSERT INTO "event_subject" VALUES('organisation:99XA',4,11);
INSERT INTO "event_subject" VALUES('service:OSO_OV',4,11);
INSERT INTO "event_subject" VALUES('system:las-noord',4,11);
INSERT INTO "event_subject" VALUES('organisation:99XA',5,1);
INSERT INTO "event_subject" VALUES('service:OSO_OV',5,1);
INSERT INTO "event_subject" VALUES('system:las-noord',5,1);
CREATE TABLE head (
	id INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	recorded_time DATETIME NOT NULL, 
	CONSTRAINT pk_head PRIMARY KEY (id), 
	CONSTRAINT ck_head_single_row CHECK (id = 1)
);
INSERT INTO "head" VALUES(1,5,'2026-03-02 16:00:00.000000');
CREATE TABLE mandate (
	"key" TEXT NOT NULL, 
	organisation TEXT NOT NULL, 
	service TEXT NOT NULL, 
	system_id TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, processing TEXT DEFAULT 'AWAITING' NOT NULL, 
	CONSTRAINT pk_mandate PRIMARY KEY ("key")
);
INSERT INTO "mandate" VALUES('f2afaf42-812f-5f60-bb8c-664f60a50db2','99XA','OSO_OV','las-noord',5,1,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","stopped":true,"system_id":"las-noord"}','NOT_REQUIRED');
INSERT INTO "mandate" VALUES('0d879b6d-c455-57e2-8688-845d6f4cd4d3','99XB','OSO_OV','las-noord',1,1,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"0d879b6d-c455-57e2-8688-845d6f4cd4d3","organisation":"99XB","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','NOT_REQUIRED');
INSERT INTO "mandate" VALUES('06f5139d-e873-5c7c-9633-bbe57a867d9f','99XB','OSO_OV','las-zuid',1,1,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"06f5139d-e873-5c7c-9633-bbe57a867d9f","organisation":"99XB","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-zuid"}','NOT_REQUIRED');
INSERT INTO "mandate" VALUES('c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a','99XC','OSO_OV','las-zuid',1,1,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a","organisation":"99XC","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-zuid"}','NOT_REQUIRED');
INSERT INTO "mandate" VALUES('21972de2-bf2e-5676-ac2e-d6fedd5d7487','99XA','OSO_SWV','las-noord',1,1,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"21972de2-bf2e-5676-ac2e-d6fedd5d7487","organisation":"99XA","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_SWV","system_id":"las-noord"}','NOT_REQUIRED');
INSERT INTO "mandate" VALUES('efa18e4f-4b2a-5c4d-b70c-d3cdb765b959','PO9901','OSO_SWV','las-zuid',1,1,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"efa18e4f-4b2a-5c4d-b70c-d3cdb765b959","organisation":"PO9901","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_SWV","system_id":"las-zuid"}','NOT_REQUIRED');
INSERT INTO "mandate" VALUES('2ce3efbb-a2fc-57a9-8ff3-8ee00003af00','99XA','OSO_OV','las-noord',4,4,'{"board":"99001","created":"2026-09-01T12:00:00+00:00","mandate_id":"2ce3efbb-a2fc-57a9-8ff3-8ee00003af00","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"processed":"2026-09-01T12:00:00+00:00","processing":"REJECTED","rejection":"the rejection","service":"OSO_OV","stopped":true,"switch":{"former":{"end":"2027-07-31","start":"2026-08-01"},"provides_until":"2027-07-31","to":"d1183201-9508-50fa-84f3-cd1a00f9092e"},"system_id":"las-noord"}','REJECTED');
CREATE TABLE party (
	"key" TEXT NOT NULL, 
	role TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_party PRIMARY KEY ("key")
);
INSERT INTO "party" VALUES('00000001800866472000','CHAIN_PARTNER',1,1,'{"name":"DUO","oin":"00000001800866472000","role":"CHAIN_PARTNER"}');
INSERT INTO "party" VALUES('00000003990000010000','OPERATOR',1,1,'{"name":"Service desk","oin":"00000003990000010000","role":"OPERATOR"}');
INSERT INTO "party" VALUES('00000003990000030000','VENDOR',1,1,'{"name":"LAS Noord","oin":"00000003990000030000","role":"VENDOR"}');
INSERT INTO "party" VALUES('00000003990000040000','VENDOR',1,1,'{"name":"LAS Zuid","oin":"00000003990000040000","role":"VENDOR"}');
INSERT INTO "party" VALUES('0000000700099XA00000','PORTAL',4,4,'{"contact":"the contact","desk":{"hours":"the hours","mail":"the mail","telephone":"the telephone"},"name":"the name","oin":"0000000700099XA00000","role":"PORTAL"}');
CREATE TABLE person (
	person_id TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	last_act DATETIME NOT NULL, 
	CONSTRAINT pk_person PRIMARY KEY (person_id)
);
INSERT INTO "person" VALUES('38d1cae9-fe48-45e2-b1b7-68b4d2f7cfb1','mijn-duo:pseudonym','2026-03-02 16:00:00.000000');
INSERT INTO "person" VALUES('9a18470d-1335-4e0e-a048-ffdee60717bd','00000003990000010000:medewerker','2026-03-02 15:00:00.000000');
CREATE TABLE ping_round (
	id INTEGER NOT NULL, 
	holder TEXT NOT NULL, 
	lease DATETIME NOT NULL, 
	started DATETIME NOT NULL, 
	ended BOOLEAN NOT NULL, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_ping_round PRIMARY KEY (id), 
	CONSTRAINT ck_ping_round_single_row CHECK (id = 1)
);
CREATE TABLE postcode_area (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_postcode_area PRIMARY KEY ("key")
);
INSERT INTO "postcode_area" VALUES('1234',4,4,'{"postcode":"1234","swv_po":"PO9901","swv_vo":"PO9901"}');
CREATE TABLE qualification (
	"key" TEXT NOT NULL, 
	system_id TEXT NOT NULL, 
	service TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_qualification PRIMARY KEY ("key")
);
INSERT INTO "qualification" VALUES('las-noord/OSO_OV','las-noord','OSO_OV',4,1,'{"evidence":[{"day":"2027-07-31","kind":"SECURITY_TEST","message_ids":["ecb57ba7-4886-54d1-85fc-7927e4bd72ad"],"person_id":"the person id","reference":"the reference"}],"pilots":["99XA"],"qualified":true,"rollout":"OPEN","service":"OSO_OV","since":"2027-07-31","steps":[{"pilots":["99XA"],"stage":"OPEN","start":"2027-07-31"}],"system_id":"las-noord","test_message_ids":["7c797ab4-6455-5c8d-b3b7-3a6a262d02e5"]}');
INSERT INTO "qualification" VALUES('las-noord/OSO_SWV','las-noord','OSO_SWV',1,1,'{"qualified":true,"rollout":"OPEN","service":"OSO_SWV","system_id":"las-noord"}');
INSERT INTO "qualification" VALUES('las-noord/RIO','las-noord','RIO',1,1,'{"qualified":true,"rollout":"OPEN","service":"RIO","system_id":"las-noord"}');
INSERT INTO "qualification" VALUES('las-zuid/OSO_OV','las-zuid','OSO_OV',1,1,'{"qualified":true,"rollout":"OPEN","service":"OSO_OV","system_id":"las-zuid"}');
INSERT INTO "qualification" VALUES('las-zuid/OSO_SWV','las-zuid','OSO_SWV',1,1,'{"qualified":true,"rollout":"OPEN","service":"OSO_SWV","system_id":"las-zuid"}');
INSERT INTO "qualification" VALUES('las-zuid/RIO','las-zuid','RIO',1,1,'{"qualified":true,"rollout":"OPEN","service":"RIO","system_id":"las-zuid"}');
CREATE TABLE receiver (
	host TEXT NOT NULL, 
	port INTEGER NOT NULL, 
	oin TEXT NOT NULL, 
	checked DATETIME NOT NULL, 
	cause TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	since DATETIME, 
	counted_seconds BIGINT NOT NULL, 
	warned INTEGER NOT NULL, certificate_ends DATETIME, 
	CONSTRAINT pk_receiver PRIMARY KEY (host, port, oin)
);
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
INSERT INTO "registry_event" VALUES(1,1,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','service','OSO_OV',NULL,'{"board_agreements":["KENNISNET_OSR","OSO"],"code":"OSO_OV","forwardable":true,"name":"OSO overstap","owner":"00000003990000010000","vendor_agreements":["VENDOR_OSR","VENDOR_OSO"],"versions":[{"namespace":"urn:wissel:oso-ov:2025","period":{"start":"2025-08-01"}},{"namespace":"urn:wissel:oso-ov:2026","period":{"start":"2026-08-01"}}]}','');
INSERT INTO "registry_event" VALUES(1,2,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','service','OSO_SWV',NULL,'{"board_agreements":["KENNISNET_OSR","OSO","OSO_SWV_EXTENSION"],"code":"OSO_SWV","forwardable":true,"name":"OSO samenwerkingsverband","owner":"00000003990000010000","vendor_agreements":["VENDOR_OSR","VENDOR_OSO"],"versions":[{"namespace":"urn:wissel:oso-swv:2026","period":{"start":"2026-08-01"}}]}','');
INSERT INTO "registry_event" VALUES(1,3,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','service','RIO',NULL,'{"aliases":["RIO_PO"],"code":"RIO","name":"Registratie Instellingen en Opleidingen","owner":"00000001800866472000","processed_by_owner":true,"versions":[{"namespace":"urn:wissel:rio:1","period":{"start":"2026-08-01"}}]}','');
INSERT INTO "registry_event" VALUES(1,4,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','party','00000001800866472000',NULL,'{"name":"DUO","oin":"00000001800866472000","role":"CHAIN_PARTNER"}','');
INSERT INTO "registry_event" VALUES(1,5,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','party','00000003990000010000',NULL,'{"name":"Service desk","oin":"00000003990000010000","role":"OPERATOR"}','');
INSERT INTO "registry_event" VALUES(1,6,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','party','00000003990000030000',NULL,'{"name":"LAS Noord","oin":"00000003990000030000","role":"VENDOR"}','');
INSERT INTO "registry_event" VALUES(1,7,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','party','00000003990000040000',NULL,'{"name":"LAS Zuid","oin":"00000003990000040000","role":"VENDOR"}','');
INSERT INTO "registry_event" VALUES(1,8,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','system','las-noord',NULL,'{"name":"LAS Noord","party":"00000003990000030000","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,9,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','0b40d379-9c5a-52a3-ad2f-ab67f2cd5613',NULL,'{"agreement_id":"0b40d379-9c5a-52a3-ad2f-ab67f2cd5613","kind":"VENDOR_OSR","period":{"start":"2026-08-01"},"signatory":"00000003990000030000"}','');
INSERT INTO "registry_event" VALUES(1,10,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','5436c7f1-06cb-543d-b21a-d88dc76016f6',NULL,'{"agreement_id":"5436c7f1-06cb-543d-b21a-d88dc76016f6","kind":"VENDOR_OSO","period":{"start":"2026-08-01"},"signatory":"00000003990000030000"}','');
INSERT INTO "registry_event" VALUES(1,11,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','qualification','las-noord/OSO_OV',NULL,'{"qualified":true,"rollout":"OPEN","service":"OSO_OV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,12,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','qualification','las-noord/OSO_SWV',NULL,'{"qualified":true,"rollout":"OPEN","service":"OSO_SWV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,13,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','qualification','las-noord/RIO',NULL,'{"qualified":true,"rollout":"OPEN","service":"RIO","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,14,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','system','las-zuid',NULL,'{"name":"LAS Zuid","party":"00000003990000040000","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,15,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','c37469cd-9bef-5cdc-a364-57fe0ac18f68',NULL,'{"agreement_id":"c37469cd-9bef-5cdc-a364-57fe0ac18f68","kind":"VENDOR_OSR","period":{"start":"2026-08-01"},"signatory":"00000003990000040000"}','');
INSERT INTO "registry_event" VALUES(1,16,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','aa98e050-023e-57a3-8bd1-342c361afb82',NULL,'{"agreement_id":"aa98e050-023e-57a3-8bd1-342c361afb82","kind":"VENDOR_OSO","period":{"start":"2026-08-01"},"signatory":"00000003990000040000"}','');
INSERT INTO "registry_event" VALUES(1,17,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','qualification','las-zuid/OSO_OV',NULL,'{"qualified":true,"rollout":"OPEN","service":"OSO_OV","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,18,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','qualification','las-zuid/OSO_SWV',NULL,'{"qualified":true,"rollout":"OPEN","service":"OSO_SWV","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,19,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','qualification','las-zuid/RIO',NULL,'{"qualified":true,"rollout":"OPEN","service":"RIO","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,20,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','board','99001',NULL,'{"name":"Stichting Een","number":"99001"}','');
INSERT INTO "registry_event" VALUES(1,21,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','board','99002',NULL,'{"name":"Stichting Twee","number":"99002"}','');
INSERT INTO "registry_event" VALUES(1,22,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','school','99XA',NULL,'{"board":"99001","brin":"99XA","locations":[{"name":"School 99XA","source":"PO","vestiging":"99XA00"}],"source":"PO"}','');
INSERT INTO "registry_event" VALUES(1,23,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','school','99XB',NULL,'{"board":"99002","brin":"99XB","locations":[{"name":"School 99XB","source":"PO","vestiging":"99XB00"},{"name":"School 99XB","source":"PO","vestiging":"99XB02"}],"source":"PO"}','');
INSERT INTO "registry_event" VALUES(1,24,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','school','99XC',NULL,'{"board":"99002","brin":"99XC","locations":[{"name":"School 99XC","source":"PO","vestiging":"99XC01"}],"source":"PO"}','');
INSERT INTO "registry_event" VALUES(1,25,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','samenwerkingsverband','PO9901',NULL,'{"code":"PO9901","name":"Verband Negen","oin":"00000003990000050000"}','');
INSERT INTO "registry_event" VALUES(1,26,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','eae3b382-1e9f-592e-9282-ac315625babf',NULL,'{"agreement_id":"eae3b382-1e9f-592e-9282-ac315625babf","kind":"KENNISNET_OSR","period":{"start":"2026-08-01"},"signatory":"99001"}','');
INSERT INTO "registry_event" VALUES(1,27,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','abb6890c-8d1b-5ec3-904c-043ff7aafea2',NULL,'{"agreement_id":"abb6890c-8d1b-5ec3-904c-043ff7aafea2","kind":"OSO","period":{"start":"2026-08-01"},"signatory":"99001"}','');
INSERT INTO "registry_event" VALUES(1,28,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','7624d953-2b56-5f6e-a1c5-f3a12e90ab50',NULL,'{"agreement_id":"7624d953-2b56-5f6e-a1c5-f3a12e90ab50","kind":"OSO_SWV_EXTENSION","period":{"start":"2026-08-01"},"signatory":"99001"}','');
INSERT INTO "registry_event" VALUES(1,29,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','90e5f1a9-6641-561f-9bcc-8366838d6a99',NULL,'{"agreement_id":"90e5f1a9-6641-561f-9bcc-8366838d6a99","kind":"KENNISNET_OSR","period":{"start":"2026-08-01"},"signatory":"99002"}','');
INSERT INTO "registry_event" VALUES(1,30,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','8270f057-c7f5-5877-b261-274d00d8bd3b',NULL,'{"agreement_id":"8270f057-c7f5-5877-b261-274d00d8bd3b","kind":"OSO","period":{"start":"2026-08-01"},"signatory":"99002"}','');
INSERT INTO "registry_event" VALUES(1,31,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','343f9db5-65ab-59ce-a4f7-f85b1819f61e',NULL,'{"agreement_id":"343f9db5-65ab-59ce-a4f7-f85b1819f61e","kind":"OSO_SWV_EXTENSION","period":{"start":"2026-08-01"},"signatory":"99002"}','');
INSERT INTO "registry_event" VALUES(1,32,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','24ede586-8c28-5c30-bba6-e6648f172fa1',NULL,'{"agreement_id":"24ede586-8c28-5c30-bba6-e6648f172fa1","kind":"KENNISNET_OSR","period":{"start":"2026-08-01"},"signatory":"PO9901"}','');
INSERT INTO "registry_event" VALUES(1,33,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','65f9c16c-1425-5d1e-940e-2f2061e122e2',NULL,'{"agreement_id":"65f9c16c-1425-5d1e-940e-2f2061e122e2","kind":"OSO","period":{"start":"2026-08-01"},"signatory":"PO9901"}','');
INSERT INTO "registry_event" VALUES(1,34,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','agreement','dc61e57b-bec2-5305-8ce6-f59db3b046a7',NULL,'{"agreement_id":"dc61e57b-bec2-5305-8ce6-f59db3b046a7","kind":"OSO_SWV_EXTENSION","period":{"start":"2026-08-01"},"signatory":"PO9901"}','');
INSERT INTO "registry_event" VALUES(1,35,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','mandate','f2afaf42-812f-5f60-bb8c-664f60a50db2',NULL,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,36,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','mandate','0d879b6d-c455-57e2-8688-845d6f4cd4d3',NULL,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"0d879b6d-c455-57e2-8688-845d6f4cd4d3","organisation":"99XB","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,37,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','mandate','06f5139d-e873-5c7c-9633-bbe57a867d9f',NULL,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"06f5139d-e873-5c7c-9633-bbe57a867d9f","organisation":"99XB","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,38,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','mandate','c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a',NULL,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a","organisation":"99XC","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,39,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','mandate','21972de2-bf2e-5676-ac2e-d6fedd5d7487',NULL,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"21972de2-bf2e-5676-ac2e-d6fedd5d7487","organisation":"99XA","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_SWV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(1,40,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','mandate','efa18e4f-4b2a-5c4d-b70c-d3cdb765b959',NULL,'{"created":"2026-07-01T12:00:00+00:00","mandate_id":"efa18e4f-4b2a-5c4d-b70c-d3cdb765b959","organisation":"PO9901","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_SWV","system_id":"las-zuid"}','');
INSERT INTO "registry_event" VALUES(1,41,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','endpoint','1bdbb7af-46ac-5903-a564-61c245b33d11',NULL,'{"attribute":"LAS","endpoint_id":"1bdbb7af-46ac-5903-a564-61c245b33d11","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"start":"2026-08-01"},"routing_key":"0000000700099XA00001","service":"OSO_OV","system_id":"las-noord","url":"https://las-noord.example:8443","version":"urn:wissel:oso-ov:2026"}','');
INSERT INTO "registry_event" VALUES(1,42,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','endpoint','987fe269-2367-5778-9965-45f90a56352d',NULL,'{"aanleverpunt":"0","attribute":"LAS","endpoint_id":"987fe269-2367-5778-9965-45f90a56352d","mandate_id":"0d879b6d-c455-57e2-8688-845d6f4cd4d3","organisation":"99XB","period":{"start":"2026-08-01"},"routing_key":"0000000700099XB00001","service":"OSO_OV","system_id":"las-noord","url":"https://las-noord.example:8443","version":"urn:wissel:oso-ov:2026","vestiging":"99XB00"}','');
INSERT INTO "registry_event" VALUES(1,43,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','endpoint','90b9e092-2344-5851-a9fc-9fbec3a8914d',NULL,'{"aanleverpunt":"2","attribute":"LAS","endpoint_id":"90b9e092-2344-5851-a9fc-9fbec3a8914d","mandate_id":"06f5139d-e873-5c7c-9633-bbe57a867d9f","organisation":"99XB","period":{"start":"2026-08-01"},"routing_key":"0000000700099XB00002","service":"OSO_OV","system_id":"las-zuid","url":"https://las-zuid.example:8443","version":"urn:wissel:oso-ov:2026","vestiging":"99XB02"}','');
INSERT INTO "registry_event" VALUES(1,44,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','endpoint','2c479d8c-f721-540e-ae4d-f5fafdddf7f5',NULL,'{"aanleverpunt":"1","attribute":"LAS","endpoint_id":"2c479d8c-f721-540e-ae4d-f5fafdddf7f5","mandate_id":"c25d39f6-2a2a-502e-8c8f-b8cd6de7c41a","organisation":"99XC","period":{"start":"2026-08-01"},"routing_key":"0000000700099XC00001","service":"OSO_OV","system_id":"las-zuid","url":"https://las-zuid.example:8443","version":"urn:wissel:oso-ov:2026","vestiging":"99XC01"}','');
INSERT INTO "registry_event" VALUES(1,45,'2026-03-02 12:00:00.000000','00000003990000010000','','','seed','endpoint','860fd40d-baa8-5bd5-b72e-3320b23ff3cc',NULL,'{"attribute":"SWV","endpoint_id":"860fd40d-baa8-5bd5-b72e-3320b23ff3cc","mandate_id":"efa18e4f-4b2a-5c4d-b70c-d3cdb765b959","organisation":"PO9901","period":{"start":"2026-08-01"},"routing_key":"00000003990000050001","service":"OSO_SWV","system_id":"las-zuid","url":"https://las-zuid.example:8443","version":"urn:wissel:oso-swv:2026"}','');
INSERT INTO "registry_event" VALUES(2,1,'2026-03-02 13:00:00.000000','00000003990000060000','38d1cae9-fe48-45e2-b1b7-68b4d2f7cfb1','we choose another system','/wissel.mandate.v1.MandateService/EndMandate','mandate','f2afaf42-812f-5f60-bb8c-664f60a50db2','{"created":"2026-07-01T12:00:00+00:00","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','{"created":"2026-07-01T12:00:00+00:00","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(2,2,'2026-03-02 13:00:00.000000','00000003990000060000','38d1cae9-fe48-45e2-b1b7-68b4d2f7cfb1','we choose another system','/wissel.mandate.v1.MandateService/EndMandate','endpoint','1bdbb7af-46ac-5903-a564-61c245b33d11','{"attribute":"LAS","endpoint_id":"1bdbb7af-46ac-5903-a564-61c245b33d11","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"start":"2026-08-01"},"routing_key":"0000000700099XA00001","service":"OSO_OV","system_id":"las-noord","url":"https://las-noord.example:8443","version":"urn:wissel:oso-ov:2026"}','{"attribute":"LAS","endpoint_id":"1bdbb7af-46ac-5903-a564-61c245b33d11","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"start":"2026-08-01"},"routing_key":"0000000700099XA00001","service":"OSO_OV","suspended":true,"system_id":"las-noord","url":"https://las-noord.example:8443","version":"urn:wissel:oso-ov:2026"}','');
INSERT INTO "registry_event" VALUES(3,1,'2026-03-02 14:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','school','99XA','{"board":"99001","brin":"99XA","locations":[{"name":"School 99XA","source":"PO","vestiging":"99XA00"}],"source":"PO"}','{"board":"99002","brin":"99XA","locations":[{"name":"School 99XA","source":"PO","vestiging":"99XA00"}],"source":"PO"}','');
INSERT INTO "registry_event" VALUES(4,1,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','board','99001','{"name":"Stichting Een","number":"99001"}','{"kvk":"the kvk","name":"the name","number":"99001"}','');
INSERT INTO "registry_event" VALUES(4,2,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','school','99XA','{"board":"99002","brin":"99XA","locations":[{"name":"School 99XA","source":"PO","vestiging":"99XA00"}],"source":"PO"}','{"board":"99001","brin":"99XA","locations":[{"city":"the city","closed":"2027-07-31","holiday_region":"ZUID","municipality":"the municipality","name":"the name","point":{"latitude":3,"longitude":3},"postcode":"the postcode","sector":"MBO","source":"the source","successor":"99XA","vestiging":"99XA02"}],"source":"the source"}','');
INSERT INTO "registry_event" VALUES(4,3,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','samenwerkingsverband','PO9901','{"code":"PO9901","name":"Verband Negen","oin":"00000003990000050000"}','{"code":"PO9901","kvk":"the kvk","name":"the name","oin":"0000000700099XA00000"}','');
INSERT INTO "registry_event" VALUES(4,4,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','agreement_text','the digest',NULL,'{"categories":["the categories"],"counterparty":"the counterparty","digest":"the digest","kind":"VENDOR_OSO","language":"the language","media_type":"the media type","notice":"the notice","notice_type":"the notice type","registered":"2026-09-01T12:00:00+00:00","renewal":"2027-07-31","size":3,"start":"2027-07-31","version":"the version"}','');
INSERT INTO "registry_event" VALUES(4,5,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','agreement','e5b04765-2724-5c9c-94e0-60f13bd6c22e',NULL,'{"acceptance":"the acceptance","accepted":"2026-09-01T12:00:00+00:00","agreement_id":"e5b04765-2724-5c9c-94e0-60f13bd6c22e","kind":"VENDOR_OSO","language":"the language","only_with":"VENDOR_OSO","paper":"the paper","period":{"end":"2027-07-31","start":"2026-08-01"},"predecessor":"99001","requested":true,"signatory":"99001","signed":"2027-07-31","signer":"the signer","status":"MIGRATED","text":"the text","text_version":"the text version"}','');
INSERT INTO "registry_event" VALUES(4,6,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','party','0000000700099XA00000',NULL,'{"contact":"the contact","desk":{"hours":"the hours","mail":"the mail","telephone":"the telephone"},"name":"the name","oin":"0000000700099XA00000","role":"PORTAL"}','');
INSERT INTO "registry_event" VALUES(4,7,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','system','las-noord','{"name":"LAS Noord","party":"00000003990000030000","system_id":"las-noord"}','{"desk":{"hours":"the hours","mail":"the mail","telephone":"the telephone"},"kind":"SWV","manual_url":"the manual url","name":"the name","oin":"0000000700099XA00000","party":"0000000700099XA00000","step_plan_url":"the step plan url","system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(4,8,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','qualification','las-noord/OSO_OV','{"qualified":true,"rollout":"OPEN","service":"OSO_OV","system_id":"las-noord"}','{"evidence":[{"day":"2027-07-31","kind":"SECURITY_TEST","message_ids":["ecb57ba7-4886-54d1-85fc-7927e4bd72ad"],"person_id":"the person id","reference":"the reference"}],"pilots":["99XA"],"qualified":true,"rollout":"OPEN","service":"OSO_OV","since":"2027-07-31","steps":[{"pilots":["99XA"],"stage":"OPEN","start":"2027-07-31"}],"system_id":"las-noord","test_message_ids":["7c797ab4-6455-5c8d-b3b7-3a6a262d02e5"]}','');
INSERT INTO "registry_event" VALUES(4,9,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','service','OSO_OV','{"board_agreements":["KENNISNET_OSR","OSO"],"code":"OSO_OV","forwardable":true,"name":"OSO overstap","owner":"00000003990000010000","vendor_agreements":["VENDOR_OSR","VENDOR_OSO"],"versions":[{"namespace":"urn:wissel:oso-ov:2025","period":{"start":"2025-08-01"}},{"namespace":"urn:wissel:oso-ov:2026","period":{"start":"2026-08-01"}}]}','{"aliases":["OSO_OV"],"board_agreements":["VENDOR_OSO"],"code":"OSO_OV","evidence":["SECURITY_TEST"],"forwardable":true,"name":"the name","note":"the note","owner":"0000000700099XA00000","processed_by_owner":true,"processing_days":3,"sectors":["MBO"],"vendor_agreements":["VENDOR_OSO"],"versions":[{"namespace":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910","period":{"end":"2027-07-31","start":"2026-08-01"}}]}','');
INSERT INTO "registry_event" VALUES(4,10,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','mandate','2ce3efbb-a2fc-57a9-8ff3-8ee00003af00',NULL,'{"board":"99001","created":"2026-09-01T12:00:00+00:00","mandate_id":"2ce3efbb-a2fc-57a9-8ff3-8ee00003af00","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"processed":"2026-09-01T12:00:00+00:00","processing":"REJECTED","rejection":"the rejection","service":"OSO_OV","stopped":true,"switch":{"former":{"end":"2027-07-31","start":"2026-08-01"},"provides_until":"2027-07-31","to":"d1183201-9508-50fa-84f3-cd1a00f9092e"},"system_id":"las-noord"}','');
INSERT INTO "registry_event" VALUES(4,11,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','endpoint','5f1433df-177b-563b-a7d7-68f646ad5e46',NULL,'{"aanleverpunt":"2","attribute":"LDOS","contract":{"max_payload_bytes":3,"persist_seconds":3,"retry_seconds":3},"endpoint_id":"5f1433df-177b-563b-a7d7-68f646ad5e46","mandate_id":"2ce3efbb-a2fc-57a9-8ff3-8ee00003af00","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"routing_key":"0000000700099XA00001","service":"OSO_OV","stopped":true,"suspended":true,"system_id":"las-noord","unapproved":true,"url":"the url","version":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910","vestiging":"99XA02"}','');
INSERT INTO "registry_event" VALUES(4,12,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','revocation','CERTIFICATE_SHA256:the value',NULL,'{"target":"CERTIFICATE_SHA256","value":"the value"}','');
INSERT INTO "registry_event" VALUES(4,13,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','source_report','the source',NULL,'{"as_of":"2027-07-31","sha256":"the sha256","source":"the source"}','');
INSERT INTO "registry_event" VALUES(4,14,'2026-03-02 15:00:00.000000','00000003990000010000','9a18470d-1335-4e0e-a048-ffdee60717bd','files of October','/wissel.school.v1.SchoolService/ImportSchools','postcode_area','1234',NULL,'{"postcode":"1234","swv_po":"PO9901","swv_vo":"PO9901"}','');
INSERT INTO "registry_event" VALUES(5,1,'2026-03-02 16:00:00.000000','00000003990000060000','38d1cae9-fe48-45e2-b1b7-68b4d2f7cfb1','we choose another system','/wissel.mandate.v1.MandateService/EndMandate','mandate','f2afaf42-812f-5f60-bb8c-664f60a50db2','{"created":"2026-07-01T12:00:00+00:00","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","system_id":"las-noord"}','{"created":"2026-07-01T12:00:00+00:00","mandate_id":"f2afaf42-812f-5f60-bb8c-664f60a50db2","organisation":"99XA","period":{"end":"2027-07-31","start":"2026-08-01"},"processing":"NOT_REQUIRED","service":"OSO_OV","stopped":true,"system_id":"las-noord"}','');
CREATE TABLE registry_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT registry_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "registry_schema" VALUES('0007');
CREATE TABLE "request_answer" (
	caller_oin TEXT NOT NULL, 
	method TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	body_sha256 BLOB NOT NULL, 
	revision BIGINT NOT NULL, 
	response BLOB NOT NULL, 
	recorded_time DATETIME NOT NULL, 
	person_id TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_request_answer PRIMARY KEY (caller_oin, person_id, method, request_id)
);
CREATE TABLE revocation (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_revocation PRIMARY KEY ("key")
);
INSERT INTO "revocation" VALUES('CERTIFICATE_SHA256:the value',4,4,'{"target":"CERTIFICATE_SHA256","value":"the value"}');
CREATE TABLE samenwerkingsverband (
	"key" TEXT NOT NULL, 
	oin TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, kvk TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_samenwerkingsverband PRIMARY KEY ("key")
);
INSERT INTO "samenwerkingsverband" VALUES('PO9901','0000000700099XA00000',4,1,'{"code":"PO9901","kvk":"the kvk","name":"the name","oin":"0000000700099XA00000"}','the kvk');
CREATE TABLE school (
	"key" TEXT NOT NULL, 
	board TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_school PRIMARY KEY ("key")
);
INSERT INTO "school" VALUES('99XA','99001',4,1,'{"board":"99001","brin":"99XA","locations":[{"city":"the city","closed":"2027-07-31","holiday_region":"ZUID","municipality":"the municipality","name":"the name","point":{"latitude":3,"longitude":3},"postcode":"the postcode","sector":"MBO","source":"the source","successor":"99XA","vestiging":"99XA02"}],"source":"the source"}');
INSERT INTO "school" VALUES('99XB','99002',1,1,'{"board":"99002","brin":"99XB","locations":[{"name":"School 99XB","source":"PO","vestiging":"99XB00"},{"name":"School 99XB","source":"PO","vestiging":"99XB02"}],"source":"PO"}');
INSERT INTO "school" VALUES('99XC','99002',1,1,'{"board":"99002","brin":"99XC","locations":[{"name":"School 99XC","source":"PO","vestiging":"99XC01"}],"source":"PO"}');
CREATE TABLE service (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_service PRIMARY KEY ("key")
);
INSERT INTO "service" VALUES('OSO_OV',4,1,'{"aliases":["OSO_OV"],"board_agreements":["VENDOR_OSO"],"code":"OSO_OV","evidence":["SECURITY_TEST"],"forwardable":true,"name":"the name","note":"the note","owner":"0000000700099XA00000","processed_by_owner":true,"processing_days":3,"sectors":["MBO"],"vendor_agreements":["VENDOR_OSO"],"versions":[{"namespace":"http://xml.kennisnet.nl/schemas/Overstapservice/20200910","period":{"end":"2027-07-31","start":"2026-08-01"}}]}');
INSERT INTO "service" VALUES('OSO_SWV',1,1,'{"board_agreements":["KENNISNET_OSR","OSO","OSO_SWV_EXTENSION"],"code":"OSO_SWV","forwardable":true,"name":"OSO samenwerkingsverband","owner":"00000003990000010000","vendor_agreements":["VENDOR_OSR","VENDOR_OSO"],"versions":[{"namespace":"urn:wissel:oso-swv:2026","period":{"start":"2026-08-01"}}]}');
INSERT INTO "service" VALUES('RIO',1,1,'{"aliases":["RIO_PO"],"code":"RIO","name":"Registratie Instellingen en Opleidingen","owner":"00000001800866472000","processed_by_owner":true,"versions":[{"namespace":"urn:wissel:rio:1","period":{"start":"2026-08-01"}}]}');
CREATE TABLE source_report (
	"key" TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_source_report PRIMARY KEY ("key")
);
INSERT INTO "source_report" VALUES('the source',4,4,'{"as_of":"2027-07-31","sha256":"the sha256","source":"the source"}');
CREATE TABLE system (
	"key" TEXT NOT NULL, 
	party TEXT NOT NULL, 
	oin TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	created_revision BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_system PRIMARY KEY ("key")
);
INSERT INTO "system" VALUES('las-noord','0000000700099XA00000','0000000700099XA00000',4,1,'{"desk":{"hours":"the hours","mail":"the mail","telephone":"the telephone"},"kind":"SWV","manual_url":"the manual url","name":"the name","oin":"0000000700099XA00000","party":"0000000700099XA00000","step_plan_url":"the step plan url","system_id":"las-noord"}');
INSERT INTO "system" VALUES('las-zuid','00000003990000040000','00000003990000040000',1,1,'{"name":"LAS Zuid","party":"00000003990000040000","system_id":"las-zuid"}');
CREATE INDEX ix_registry_event_entity_entity_id_revision ON registry_event (entity, entity_id, revision);
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
CREATE UNIQUE INDEX ix_person_subject ON person (subject);
CREATE INDEX ix_person_last_act ON person (last_act);
CREATE INDEX ix_request_answer_recorded_time ON request_answer (recorded_time);
CREATE INDEX ix_board_kvk ON board (kvk);
CREATE INDEX ix_samenwerkingsverband_kvk ON samenwerkingsverband (kvk);
CREATE INDEX ix_mandate_processing ON mandate (processing);
CREATE INDEX ix_agreement_acceptance_person_id ON agreement_acceptance (person_id);
CREATE INDEX ix_agreement_signer ON agreement (signer);
CREATE INDEX ix_agreement_last_day ON agreement (last_day);
COMMIT;
