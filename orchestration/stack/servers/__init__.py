"""The servers of the stack, each after what it needs. A new one is a class in a file of its own and its name here."""

from orchestration.stack.servers.azurite import Azurite
from orchestration.stack.servers.ckan import Ckan, CkanWorker
from orchestration.stack.servers.dagster import DagsterCode, DagsterDaemon, DagsterWebserver
from orchestration.stack.servers.gcs import FakeGcs, GcsFront
from orchestration.stack.servers.minio import Minio
from orchestration.stack.servers.portals import Intake, StaticPortal
from orchestration.stack.servers.postgres import Postgres
from orchestration.stack.servers.redis import Redis
from orchestration.stack.servers.solr import Solr
from orchestration.stack.servers.versitygw import VersityGW
from orchestration.stack.servers.webhook import Webhook
from orchestration.stack.service import Service

SERVERS: tuple[type[Service], ...] = (
    Minio,
    VersityGW,
    Azurite,
    FakeGcs,
    GcsFront,
    Postgres,
    Redis,
    Solr,
    Ckan,
    CkanWorker,
    DagsterCode,
    DagsterWebserver,
    DagsterDaemon,
    Webhook,
    Intake,
    StaticPortal,
)
