//! TiCDC's Open API.
