CREATE TABLE `orders` (
  `o_id` int NOT NULL,
  `o_d_id` int NOT NULL COMMENT 'district; of the warehouse',
  `format` varchar(8) DEFAULT NULL,
  PRIMARY KEY (`o_id`,`o_d_id`) /*T![clustered_index] CLUSTERED */
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
