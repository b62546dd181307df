"""SchoolService."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    organisation,
)
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1 import school_service_pb2_grpc as pb_grpc
from wissel.server.registry.finding import get_board, get_school
from wissel.server.registry.ports import Transaction
from wissel.server.registry.schools import file_import, registration
from wissel.server.registry.schools.areas import areas_of
from wissel.server.registry.schools.boards import UpdateBoard, update_board
from wissel.server.registry.schools.differences import moves_in
from wissel.server.registry.schools.duo.parsing import ParsedFile, parse
from wissel.server.registry.schools.lists import (
    SchoolFilter,
    count_schools,
    list_boards,
    list_schools,
)
from wissel.server.registry.schools.locating import locate_schools
from wissel.server.registry.schools.updating import update_school
from wissel.server.rpc.calls.call import current
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.mutation import mutate
from wissel.server.rpc.requests.paging import page_of
from wissel.server.rpc.requests.parsing import optional, optional_oin
from wissel.server.rpc.services.schools.connections import (
    asked_in,
    check,
    connection_messages,
    page_of_connections,
    page_of_everyone,
)
from wissel.server.rpc.services.schools.messages import (
    board_message,
    corrected_at,
    import_message,
    located_message,
    move_messages,
    school_message,
)
from wissel.server.rpc.services.schools.reading import (
    kvk_asked_for,
    points_in,
    registration_in,
    update_in,
)
from wissel.server.rpc.services.schools.upload import received


class SchoolServicer(pb_grpc.SchoolServiceServicer):
    """Schools, their locations and their boards, as RIO and DUO publish them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ImportSchools(
        self, request_iterator: AsyncIterator[pb.ImportSchoolsRequest], context: object
    ) -> pb.ImportSchoolsResponse:
        """Import one file of DUO's open data: first a header, then the file in chunks."""
        upload = await received(request_iterator)
        header, body = upload.header, upload.body
        # Parsing takes a good part of a second, so it is left to a thread.
        file = await asyncio.to_thread(parse, upload.data, header.file_name)
        del upload  # frees the bytes of the file
        command = self._import(header, file)

        async def work(transaction: Transaction) -> pb.ImportSchoolsResponse:
            await self._backend.follower.reached(transaction.revision)
            table, today = self._backend.follower.table, transaction.today
            report = await file_import.import_schools(transaction, command)
            moves = await self._backend.impacts.beside(
                lambda: move_messages(moves_in(report.changes), table, today)
            )
            return import_message(report, moves)

        return await mutate(
            self._backend, header, pb.ImportSchoolsResponse, work, body=body, reports=True
        )

    async def RegisterSchool(
        self, request: pb.RegisterSchoolRequest, context: object
    ) -> pb.RegisterSchoolResponse:
        """Record a school that DUO's files lack."""
        command = registration_in(request)

        async def work(transaction: Transaction) -> pb.RegisterSchoolResponse:
            school = await registration.register_school(transaction, command)
            areas = await areas_of(transaction, [school], transaction.revision)
            return pb.RegisterSchoolResponse(school=school_message(school, areas))

        return await mutate(self._backend, request, pb.RegisterSchoolResponse, work)

    async def UpdateSchool(
        self, request: pb.UpdateSchoolRequest, context: object
    ) -> pb.UpdateSchoolResponse:
        """Correct what a person knows better than the files."""
        command = update_in(request)

        async def work(transaction: Transaction) -> pb.UpdateSchoolResponse:
            school = await update_school(transaction, command)
            areas = await areas_of(transaction, [school], transaction.revision)
            return pb.UpdateSchoolResponse(school=school_message(school, areas))

        return await mutate(self._backend, request, pb.UpdateSchoolResponse, work)

    async def LocateSchools(
        self, request: pb.LocateSchoolsRequest, context: object
    ) -> pb.LocateSchoolsResponse:
        """Record where locations are."""
        # Reading thousands of points takes some tens of milliseconds.
        points = await self._backend.impacts.beside(lambda: points_in(request))

        async def work(transaction: Transaction) -> pb.LocateSchoolsResponse:
            return located_message(await locate_schools(transaction, points))

        return await mutate(self._backend, request, pb.LocateSchoolsResponse, work)

    async def ListSchools(
        self, request: pb.ListSchoolsRequest, context: object
    ) -> pb.ListSchoolsResponse:
        """List schools in order of BRIN."""
        page = page_of(request)
        wanted = SchoolFilter(
            board=optional(BoardNumber, request.board_number, "board_number"),
            brin=optional(Brin, request.brin, "brin"),
            oin=optional_oin(request.oin, "oin"),
            name_contains=request.name_contains,
            include_closed=request.include_closed,
        )
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            part = page.part(snapshot)
            found = await list_schools(snapshot, wanted, part)
            areas = await areas_of(snapshot, found.items, part.pinned)
        return pb.ListSchoolsResponse(
            schools=[school_message(each, areas) for each in found.items],
            next_page_token=page.token_after(part, found.last),
        )

    async def GetSchool(
        self, request: pb.GetSchoolRequest, context: object
    ) -> pb.GetSchoolResponse:
        """Return one school."""
        brin = Brin.parse(request.brin, "brin")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            school = await get_school(snapshot, brin)
            areas = await areas_of(snapshot, [school], snapshot.revision)
        return pb.GetSchoolResponse(
            school=school_message(school, areas),
            corrected_at=corrected_at(school, current().language),
        )

    async def ListBoards(
        self, request: pb.ListBoardsRequest, context: object
    ) -> pb.ListBoardsResponse:
        """List boards in order of number."""
        page = page_of(request)
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            part = page.part(snapshot)
            found = await list_boards(snapshot, request.name_contains, part)
            counts = await count_schools(snapshot, *(board.number for board in found.items))
        return pb.ListBoardsResponse(
            boards=[board_message(board, counts[board.number]) for board in found.items],
            next_page_token=page.token_after(part, found.last),
        )

    async def GetBoard(self, request: pb.GetBoardRequest, context: object) -> pb.GetBoardResponse:
        """Return one board."""
        number = BoardNumber.parse(request.board_number, "board_number")
        await self._backend.at(request)
        async with self._backend.snapshot() as snapshot:
            board = await get_board(snapshot, number)
            counts = await count_schools(snapshot, number)
        return pb.GetBoardResponse(board=board_message(board, counts[number]))

    async def CheckConnection(
        self, request: pb.CheckConnectionRequest, context: object
    ) -> pb.CheckConnectionResponse:
        """Say whether an organisation is connected, or what is missing."""
        code = organisation(request.brin, request.swv, "")
        asked, call = await asked_in(self._backend, request)
        found = await self._backend.impacts.in_turn(
            call.admitted.oin, lambda: check(call.table, code, asked)
        )
        return pb.CheckConnectionResponse(
            connections=connection_messages(self._backend, call.table, asked, found, call.language),
            registry_revision=call.table.revision,
        )

    async def ListConnections(
        self, request: pb.ListConnectionsRequest, context: object
    ) -> pb.ListConnectionsResponse:
        """Say the same of all organisations that are the caller's own, or which are connected."""
        page = page_of(request)
        asked, call = await asked_in(self._backend, request)
        asked = replace(
            asked,
            board=optional(BoardNumber, request.board_number, "board_number"),
            connected_too=request.include_connected,
            everyone=request.everyone,
        )
        oin, table, search = call.admitted.oin, call.table, page_of_connections
        if request.everyone:
            pinned = self._backend.pinned
            table, search = pinned.of_page(oin, page.pinned, call.table), page_of_everyone
        found, last = await self._backend.impacts.in_turn(oin, lambda: search(table, page, asked))
        return pb.ListConnectionsResponse(
            connections=connection_messages(self._backend, table, asked, found, call.language),
            next_page_token=page.token(table.revision, last) if last else "",
            registry_revision=table.revision,
        )

    async def UpdateBoard(
        self, request: pb.UpdateBoardRequest, context: object
    ) -> pb.UpdateBoardResponse:
        """Correct the name or KvK number of a board."""
        command = UpdateBoard(
            number=BoardNumber.parse(request.board_number, "board_number"),
            name=request.name if request.HasField("name") else None,
            kvk=kvk_asked_for(request),
            etag=request.etag,
        )

        async def work(transaction: Transaction) -> pb.UpdateBoardResponse:
            board = await update_board(transaction, command)
            counts = await count_schools(transaction, board.number)
            return pb.UpdateBoardResponse(board=board_message(board, counts[board.number]))

        return await mutate(self._backend, request, pb.UpdateBoardResponse, work)

    def _import(
        self, header: pb.ImportSchoolsHeader, file: ParsedFile
    ) -> file_import.ImportSchools:
        share = self._backend.max_closed_share
        if header.HasField("max_closed_share"):
            share = header.max_closed_share
        return file_import.ImportSchools(
            file=file,
            as_of=parse_optional_day(header.as_of_date, "as_of_date"),
            max_closed_share=share,
            validate_only=header.validate_only,
        )
