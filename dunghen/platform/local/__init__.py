"""Real servers started on this machine: Apache Kafka and Redis on 127.0.0.1, for `dunghen up` and for the tests."""
