"""All of Amazon's services behind one address on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.clock import Clock, SystemClock

from .appstore.models import Appstore
from .appstore.responses import AppstoreService
from .dispatch import Dispatcher
from .families import Families
from .faults import Faults
from .journal import Journal, Seen
from .lwa.models import LoginWithAmazon
from .lwa.responses import LwaService
from .pay.models import Pay
from .pay.responses import PayService
from .population import populate as fill
from .population.collected import collected_types, fill_collected
from .quota import Quotas
from .selling_partner.models import SellingPartner, default_ripening
from .selling_partner.responses import SellingPartnerService
from .selling_partner.sandbox import SandboxService
from .server import Server
from .settings import tap_settings
from .storage.models import Storage
from .storage.responses import StorageService

if TYPE_CHECKING:
    from types import TracebackType

SYSTEM_CLOCK = SystemClock()


class LocalAmazon:
    """A server that stands for all the services; a context manager.

    Attributes:
        clock: the time that everything here goes by.
        lwa, appstore, selling_partner, pay, storage: what each service holds, as plain
            data in Amazon's own form; a test reads and writes it.
        families: what is inside the reports.
        faults: the script of what goes wrong.
        quotas: the usage plans.
        operations: Amazon's names of all that it does.
    """

    def __init__(
        self,
        *,
        clock: Clock = SYSTEM_CLOCK,
        speed: float = 1.0,
        populate: bool = True,
        port: int = 0,
        region: str = "na",
    ) -> None:
        """Get ready to serve.

        Args:
            clock: time, sleeping.
            speed: how much faster than published the quotas refill and reports ripen.
            populate: whether to hold the usual reports, files and payouts.
            port: where to listen; 0 takes any free port.
            region: where the seller and the merchant are: `na`, `eu` or `fe`.
        """
        self.clock = clock
        self.region = region
        self.journal = Journal()
        self._port = port
        self._server: Server | None = None
        self.lwa = LoginWithAmazon(clock)
        self.storage = Storage(clock, lambda: self.url)
        self.appstore = Appstore(self.storage)
        self.families = Families(clock, region)
        ripening = default_ripening(speed)
        self.selling_partner = SellingPartner(
            clock=clock,
            storage=self.storage,
            ripening=ripening,
            families=self.families,
            region=region,
        )
        self.pay = Pay(
            clock=clock,
            storage=self.storage,
            ripening=ripening,
            families=self.families,
        )
        if populate:
            fill(self.appstore, self.selling_partner, self.pay, now=clock.now())
        services = [
            LwaService(self.lwa),
            AppstoreService(self.appstore, self.lwa),
            SellingPartnerService(self.selling_partner, self.lwa, clock),
            SandboxService(self.selling_partner, self.lwa, clock),
            PayService(self.pay, clock),
            StorageService(self.storage),
        ]
        plans = {
            operation: plan
            for service in services
            for operation, plan in service.plans.items()
        }
        self.quotas = Quotas(plans, clock=clock, speed=speed)
        self.operations = [
            route.operation for service in services for route in service.routes
        ]
        self.faults = Faults(self.operations)
        self._dispatcher = Dispatcher(
            services,
            clock=clock,
            quotas=self.quotas,
            faults=self.faults,
            journal=self.journal,
        )

    @property
    def url(self) -> str:
        """Where it listens: `http://127.0.0.1:PORT`."""
        if self._server is None:
            msg = "the local Amazon is not running"
            raise RuntimeError(msg)
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def connections(self) -> int:
        """How many connections were accepted since the start."""
        return 0 if self._server is None else self._server.accepted

    @property
    def seen(self) -> list[Seen]:
        """Every request, in the order in which they were answered."""
        return self.journal.seen

    @property
    def refused(self) -> list[Seen]:
        """Requests that the documents forbid."""
        return self.journal.refused

    @property
    def throttled(self) -> list[Seen]:
        """Requests that came too early."""
        return self.journal.throttled

    @property
    def ignored(self) -> list[Seen]:
        """Requests with parameters or fields that Amazon passes over."""
        return [seen for seen in self.journal.seen if seen.ignored]

    def settings(self) -> dict[str, Any]:
        """Return the settings with which the tap reads all that is here."""
        return tap_settings(
            self.url,
            lwa=self.lwa,
            pay=self.pay,
            now=self.clock.now(),
            region=self.region,
        )

    def sandbox_settings(self) -> dict[str, Any]:
        """Return the settings with which the tap reads both sandboxes."""
        return {
            **self.settings(),
            "sp_sandbox": True,
            "sp_base_url": f"{self.url}/sp-sandbox",
            "pay_public_key_id": self.pay.sandbox_key_id,
        }

    def hold_collected(self, *report_types: str) -> None:
        """Hold finished reports that nobody asked for, of the account's region.

        Args:
            report_types: of these types; without any, of all that cannot be asked for.
        """
        wanted = report_types or collected_types()
        fill_collected(self.selling_partner, self.clock.now(), wanted)

    def start(self) -> None:
        """Listen and serve, in threads."""
        self._server = Server(
            self._port,
            clock=self.clock,
            journal=self.journal,
            respond=self._dispatcher.answer,
        )
        self._server.start()

    def stop(self) -> None:
        """Close every connection and stop; does nothing if it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def check(self) -> None:
        """Raise AssertionError for requests it does not know and its own faults."""
        self.journal.check()

    def __enter__(self) -> LocalAmazon:  # noqa: PYI034 (Self is of Python 3.11)
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and check unless something is wrong already."""
        self.stop()
        if exc_type is None:
            self.check()
